import { Client, fetchExchange } from "urql";

import type { Host } from "../host/host";
import { authorizedFetch } from "./authorizedFetch";

/**
 * The client of Saleor's API on the page's own origin.
 *
 * It keeps no cache: operators act on what they see, so that each page asks anew.
 */
export function createClient(host: Host, url: string, send?: typeof fetch): Client {
  return new Client({
    url,
    exchanges: [fetchExchange],
    fetch: authorizedFetch(host, send),
    preferGetMethod: false,
    requestPolicy: "network-only",
  });
}
