import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { FakeApi, held, permissionDenied, type Answer } from "../../testing/fakeApi";
import { gross } from "../../testing/purchase";
import { renderApp } from "../../testing/renderApp";

const GROUP = {
  id: "group-12",
  number: "12",
  createdAt: "2026-03-01T10:00:00Z",
  sellerCount: 3,
  status: "UNFULFILLED",
  chargeStatus: "FULL",
  authorizeStatus: "FULL",
  total: gross(30.5),
};

function open(answer: Answer) {
  const api = new FakeApi({ CustomerWidget: answer });
  return renderApp("/customer-widget?customerId=user-1&id=QXBwOjE%3D", { api });
}

function openGroups(totalCount: number, ...nodes: unknown[]) {
  const orderGroups = { totalCount, edges: nodes.map((node) => ({ node })) };
  return open({ data: { user: { id: "user-1", orderGroups } } });
}

it("lists the purchases", async () => {
  const { api } = openGroups(2, GROUP, { ...GROUP, id: "group-7", number: "7", sellerCount: 1 });
  const list = await screen.findByRole("list", { name: "Purchases" });
  const [first, second] = within(list).getAllByRole("listitem").map((item) => item.textContent);
  expect(first).toMatch(/^#12Mar 1, 2026, .*, 3 sellers€30\.50ChargedUnfulfilled$/);
  expect(second).toMatch(/^#7Mar 1, 2026, .*, 1 seller€30\.50ChargedUnfulfilled$/);
  expect(api.asked[0]?.variables).toEqual({ id: "user-1", first: 5 });
});

it("leads to a purchase", async () => {
  const { host, user } = openGroups(1, GROUP);
  await user.click(await screen.findByRole("link", { name: "#12" }));
  expect(host.redirects).toEqual(["/extensions/app/QXBwOjE%3D/purchases/12"]);
});

it("leads to all purchases where it shows only some", async () => {
  const { host, user } = openGroups(8, GROUP);
  await user.click(await screen.findByRole("link", { name: "All 8 purchases" }));
  expect(host.redirects).toEqual(["/extensions/app/QXBwOjE%3D/purchases?customer=user-1"]);
});

it("says that there are none", async () => {
  openGroups(0);
  expect(await screen.findByText("This customer has no purchases.")).toBeDefined();
});

it("says that the customer was not found", async () => {
  open({ data: { user: null } });
  expect(
    await screen.findByText("This customer was not found, or you may not see them."),
  ).toBeDefined();
});

it("names the permission that is missing", async () => {
  open({
    data: { user: { id: "user-1", orderGroups: null } },
    errors: [permissionDenied("MANAGE_ORDERS", ["user", "orderGroups"])],
  });
  expect(await screen.findByText("You may not see this")).toBeDefined();
});

it("shows bars while it waits", async () => {
  const { answer, release } = held({ data: { user: null } });
  open(answer);
  expect(await screen.findByRole("status", { name: "Loading" })).toBeDefined();
  release();
  await screen.findByText("This customer was not found, or you may not see them.");
});

it("offers to try again", async () => {
  open({ errors: [{ message: "Database is down." }] });
  expect(await screen.findByText("Database is down.")).toBeDefined();
  expect(screen.getByRole("button", { name: "Try again" })).toBeDefined();
});
