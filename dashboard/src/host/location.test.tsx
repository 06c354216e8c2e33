import { act, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Router } from "wouter";

import { FakeHost } from "../testing/fakeHost";
import { HostProvider } from "./HostContext";
import { useNavigate, usePageQuery } from "./location";

let navigate: ReturnType<typeof useNavigate>;

function Probe() {
  navigate = useNavigate();
  return <output>{usePageQuery().toString()}</output>;
}

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
  await act(() => navigate("/purchases/12", new URLSearchParams({ tab: "money" })));
  expect(host.routes).toEqual(["/purchases/12?tab=money"]);
  expect(window.location.pathname + window.location.search).toBe(
    "/app/purchases/12?tab=money&id=QXBw&theme=dark",
  );
});

it("navigates although the Dashboard does not answer", async () => {
  const host = open("/app/purchases");
  host.updateRouting = () => new Promise(() => undefined);
  await act(() => navigate("/purchases/12"));
  expect(window.location.pathname).toBe("/app/purchases/12");
});
