import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { Router } from "wouter";

import { FakeHost } from "../testing/fakeHost";
import { HostProvider } from "./HostContext";
import { useNavigate, usePageQuery } from "./location";

const TABS = new URLSearchParams({ tab: "money" });

function Probe() {
  const navigate = useNavigate();
  return (
    <>
      <output>{usePageQuery().toString()}</output>
      <button onClick={() => void navigate("/purchases/12", TABS)}>Go</button>
    </>
  );
}

const go = () => userEvent.click(screen.getByRole("button", { name: "Go" }));

function open(address: string) {
  window.history.replaceState(null, "", address);
  const host = new FakeHost();
  render(
    <HostProvider host={host}>
      <Router base="/app">
        <Probe />
      </Router>
    </HostProvider>,
  );
  return host;
}

it("hides what the Dashboard adds to the address", () => {
  open("/app/purchases?status=CANCELED&id=QXBw&theme=dark&domain=x&saleorApiUrl=y");
  expect(screen.getByRole("status").textContent).toBe("status=CANCELED");
});

it("tells the Dashboard the route, and keeps what the Dashboard added", async () => {
  const host = open("/app/purchases?status=CANCELED&id=QXBw&theme=dark");
  await go();
  await waitFor(() =>
    expect(window.location.pathname + window.location.search).toBe(
      "/app/purchases/12?tab=money&id=QXBw&theme=dark",
    ),
  );
  expect(host.routes).toEqual(["/purchases/12?tab=money"]);
});

it("navigates although the Dashboard does not answer", async () => {
  const host = open("/app/purchases");
  host.updateRouting = () => new Promise(() => undefined);
  await go();
  await waitFor(() => expect(window.location.pathname).toBe("/app/purchases/12"));
});
