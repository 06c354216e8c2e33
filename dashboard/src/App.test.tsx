import { act, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";

import { FakeHost } from "./testing/fakeHost";
import { renderApp } from "./testing/renderApp";

it("says that there is no such page", async () => {
  renderApp("/nowhere");
  expect(await screen.findByText("There is no such page")).toBeDefined();
});

it("asks the API for nothing before it has a token", () => {
  const { api } = renderApp("/purchases", { host: new FakeHost({ connection: "connecting" }) });
  expect(api.asked).toEqual([]);
});

it("follows the Dashboard's theme", async () => {
  const { host } = renderApp("/nowhere", { host: new FakeHost({ theme: "dark" }) });
  expect(document.documentElement.style.colorScheme).toBe("dark");
  const dark = document.documentElement.style.cssText;
  act(() => host.change({ theme: "light" }));
  await waitFor(() => expect(document.documentElement.style.colorScheme).toBe("light"));
  expect(document.documentElement.style.cssText).not.toBe(dark);
});
