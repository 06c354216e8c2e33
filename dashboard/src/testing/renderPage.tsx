import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { Provider } from "urql";
import { vi } from "vitest";

import { createClient } from "../api/client";
import type { Host } from "../host/host";
import { HostProvider } from "../host/HostContext";
import { FakeApi, type Answer } from "./fakeApi";

export interface Scene {
  /** The path and query of the page. */
  path?: string;
  permissions?: readonly string[];
  answers: Record<string, Answer>;
}

/** Render a page as in a frame of the Dashboard. */
export function renderPage(page: ReactElement, { path = "/", permissions = [], answers }: Scene) {
  window.history.replaceState(null, "", path);
  const api = new FakeApi(answers);
  const host = fakeHost(permissions);
  render(
    <HostProvider host={host}>
      <Provider value={createClient(host, "/graphql/", api.send)}>{page}</Provider>
    </HostProvider>,
  );
  return { api, host, user: userEvent.setup() };
}

function fakeHost(permissions: readonly string[]): Host {
  const state = {
    connection: "ready",
    appId: "QXBwOjE=",
    theme: "light",
    locale: "en-US",
    permissions,
  } as const;
  return {
    getState: () => state,
    subscribe: () => () => undefined,
    getToken: () => "token",
    renewToken: () => Promise.resolve(null),
    redirect: vi.fn(),
    updateRouting: vi.fn(() => Promise.resolve()),
    notify: vi.fn(),
    resize: vi.fn(),
    refreshEntity: vi.fn(),
  };
}
