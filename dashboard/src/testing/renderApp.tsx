import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";

import { App } from "../App";
import { createClient } from "../api/client";
import { FakeApi } from "./fakeApi";
import { FakeHost } from "./fakeHost";

interface Options {
  api?: FakeApi;
  host?: FakeHost;
}

const BASE = "/plugins/global/saleor.order_groups.dashboard/app";

/** Open a page of the app as the Dashboard does. */
export function renderApp(path: string, { api = new FakeApi(), host = new FakeHost() }: Options = {}) {
  window.history.replaceState(null, "", BASE + path);
  const client = createClient(host, "/graphql/", api.fetch);
  const view = render(<App host={host} client={client} basePath={BASE} />);
  return { ...view, api, host, user: userEvent.setup() };
}

/** The address of the frame, below the app's path. */
export function currentRoute(): string {
  return window.location.pathname.replace(BASE, "") + window.location.search;
}
