import type { Host } from "../host/host";
import { isExpired } from "../host/token";
import { codeOf, isExpiredCode } from "./problems";

/**
 * Make a `fetch` that sends the Dashboard's token.
 *
 * A token that has ended, by its own claim or by the API's answer, is replaced once by
 * one that the Dashboard gives. The API refuses a request before it does anything, so
 * that repeating it is safe for mutations too.
 */
export function authorizedFetch(host: Host, send: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const token = await usableToken(host);
    const response = await send(input, withToken(init, token));
    if (token === null || !(await saysExpired(response))) return response;
    const renewed = await host.renewToken(token);
    if (renewed === null) return response;
    return send(input, withToken(init, renewed));
  };
}

async function usableToken(host: Host): Promise<string | null> {
  const token = host.getToken();
  if (token === null || !isExpired(token)) return token;
  return (await host.renewToken(token)) ?? token;
}

function withToken(init: RequestInit | undefined, token: string | null): RequestInit {
  const headers = new Headers(init?.headers);
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  return { ...init, headers, credentials: "omit" };
}

interface Answer {
  errors?: { extensions?: Record<string, unknown> }[];
}

async function saysExpired(response: Response): Promise<boolean> {
  try {
    const answer = (await response.clone().json()) as Answer;
    return (answer.errors ?? []).some((error) => isExpiredCode(codeOf(error)));
  } catch {
    return false;
  }
}
