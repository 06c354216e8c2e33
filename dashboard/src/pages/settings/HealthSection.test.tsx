import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";

import { held } from "../../testing/fakeApi";
import { healthy, openSettings } from "../../testing/settings";

const section = async () => within(await screen.findByRole("region", { name: "Health" }));
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

it("shows a skeleton, then that there is nothing to do", async () => {
  const { answer, release } = held(healthy());
  openSettings({ OrderGroupsHealth: answer });
  const health = await section();
  expect(health.getByRole("status")).toBeTruthy();
  release();
  expect(await health.findByRole("heading", { name: "Nothing to do" })).toBeTruthy();
  expect(health.queryByText(/sweep was/)).toBeNull();
});

it.each([
  [290, null],
  [310, "The last sweep was more than 5 minutes ago."],
])("of a sweep %i seconds ago says: %s", async (seconds, warning) => {
  openSettings({ OrderGroupsHealth: healthy({ lastSweepAt: ago(seconds) }) });
  const health = await section();
  await health.findByText("Last sweep");
  expect(health.queryByText(/sweep was|No sweep/)?.textContent ?? null).toBe(warning);
});

it("warns when no sweep has run", async () => {
  openSettings({ OrderGroupsHealth: healthy({ lastSweepAt: null }) });
  const health = await section();
  expect(await health.findByText("No sweep has run yet.")).toBeTruthy();
  expect(health.getByText(/Run Celery beat, or manage.py recover_order_groups/)).toBeTruthy();
  expect(health.getByText("Never")).toBeTruthy();
});

it("shows counts and findings with advice and a link to the purchase", async () => {
  const findings = [
    { code: "UNSETTLED_PAYMENT", message: "A report waits.", number: "12" },
    { code: "DELETE_RULE", message: "A rule is missing.", number: null },
    { code: "NEW_CODE", message: "Something.", number: null },
  ];
  const { host, user } = openSettings({
    OrderGroupsHealth: healthy({ unsettledPayments: 3, unannouncedEvents: 2, findings }),
  });
  const list = within(await (await section()).findByRole("list", { name: "Findings" }));
  expect(list.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "Unsettled payment: purchase #12A report waits.The next sweep settles it. If this stays, run manage.py recover_order_groups --all.",
    "A rule of the database is missingA rule is missing.Run manage.py verify_order_groups --repair.",
    "NEW_CODESomething.Run manage.py verify_order_groups: it looks at all purchases and says what to repair.",
  ]);
  const counts = (await section()).getAllByRole("definition").slice(1);
  expect(counts.map((each) => each.textContent)).toEqual(["3", "2"]);
  await user.click(list.getByRole("link", { name: "purchase #12" }));
  expect(host.routes).toEqual(["/purchases/12"]);
});

it("looks again on request", async () => {
  const { api, user } = openSettings();
  const health = await section();
  await health.findByRole("heading", { name: "Nothing to do" });
  const { answer, release } = held(healthy({ unsettledPayments: 7 }));
  api.answer("OrderGroupsHealth", answer);
  await user.click(health.getByRole("button", { name: "Refresh" }));
  expect(health.getByRole("button", { name: "Looking…" })).toHaveProperty("disabled", true);
  release();
  expect(await health.findByText("7")).toBeTruthy();
  expect(api.variablesOf("OrderGroupsHealth").length).toBe(2);
});

it("does not hide the settings when it fails", async () => {
  openSettings({ OrderGroupsHealth: { errors: [{ message: "Broken." }] } });
  expect(await (await section()).findByText("Broken.")).toBeTruthy();
  expect(await screen.findByRole("group", { name: /^Who sells a product/ })).toBeTruthy();
});

it("names the missing permission once, and asks for nothing", async () => {
  const { api } = openSettings({}, ["MANAGE_ORDERS"]);
  expect(await screen.findByText(/needs the permission MANAGE_PLUGINS/)).toBeTruthy();
  expect(api.asked).toEqual([]);
});

beforeEach(() => {
  const meta = document.createElement("meta");
  meta.name = "version";
  meta.content = "0.1.2";
  document.head.append(meta);
});

afterEach(() => document.querySelector('meta[name="version"]')?.remove());

it("shows the version of the plugin", async () => {
  openSettings();
  expect(await screen.findByText("Version 0.1.2")).toBeTruthy();
});
