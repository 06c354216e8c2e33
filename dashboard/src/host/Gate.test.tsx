import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { FakeHost } from "../testing/fakeHost";
import { Gate } from "./Gate";
import { HostProvider } from "./HostContext";
import type { Connection } from "./host";

function show(connection: Connection) {
  render(
    <HostProvider host={new FakeHost({ connection })}>
      <Gate>the page</Gate>
    </HostProvider>,
  );
}

it("shows the page once there is a token", () => {
  show("ready");
  expect(screen.getByText("the page")).toBeDefined();
});

it("shows bars while it waits", () => {
  show("connecting");
  expect(screen.getByRole("status", { name: "Connecting to the Dashboard" })).toBeDefined();
  expect(screen.queryByText("the page")).toBeNull();
});

it("says what to do about a silent Dashboard", () => {
  show("silent");
  expect(screen.getByRole("alert").textContent).toBe(
    "The Dashboard does not answerReload the Dashboard. If this stays, open the app from its list of extensions.",
  );
});

it("says how to open a page that is outside of the Dashboard", () => {
  show("outside");
  expect(screen.getByRole("heading").textContent).toBe("This page belongs into Saleor's Dashboard");
  expect(screen.queryByText("the page")).toBeNull();
});
