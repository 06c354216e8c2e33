import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { FakeApi, held, permissionDenied, type Answer } from "../../testing/fakeApi";
import { gross } from "../../testing/purchase";
import { currentRoute, renderApp } from "../../testing/renderApp";

const GROUP = {
  id: "group-12",
  number: "12",
  createdAt: "2026-03-01T10:00:00Z",
  userEmail: "mira@example.com",
  billingAddress: { firstName: "Mira", lastName: "Lindt" },
  sellers: [{ id: "seller-a", name: "Anna's Apiary" }],
  sellerCount: 2,
  status: "UNFULFILLED",
  chargeStatus: "PARTIAL",
  authorizeStatus: "FULL",
  total: gross(30.5),
};

const CHOICES = {
  data: {
    channels: [{ id: "channel-1", name: "Market" }],
    sellers: { edges: [{ node: { id: "seller-a", name: "Anna's Apiary" } }] },
  },
};

function page(...nodes: object[]) {
  const pageInfo = {
    hasNextPage: true,
    hasPreviousPage: true,
    startCursor: "start",
    endCursor: "end",
  };
  const edges = nodes.map((node) => ({ node }));
  return { data: { orderGroups: { totalCount: 41, pageInfo, edges } } };
}

function open(answer: Answer = page(GROUP), path = "/purchases") {
  const api = new FakeApi({ Purchases: answer, PurchaseFilterChoices: CHOICES });
  return renderApp(path, { api });
}

const table = () => screen.findByRole("table", { name: "Purchases" });
const lastAsked = (api: FakeApi) => api.variablesOf("Purchases").at(-1);

async function rows() {
  return within(await table())
    .getAllByRole<HTMLTableRowElement>("row")
    .slice(1)
    .map((row) => [...row.cells].map((cell) => cell.textContent));
}

it("shows number, customer, sellers, statuses and total", async () => {
  open();
  expect(await rows()).toEqual([
    [
      "#12",
      expect.stringMatching(/^Mar 1, 2026, /),
      "Mira Lindt",
      "The shop itself, Anna's Apiary",
      "Partially charged",
      "Unfulfilled",
      "€30.50",
    ],
  ]);
  expect(screen.getByText("41 purchases")).toBeDefined();
});

it("names a customer without a name by the email address, and nobody by a dash", async () => {
  open(
    page(
      { ...GROUP, billingAddress: null, sellerCount: 1 },
      { ...GROUP, id: "group-13", billingAddress: null, userEmail: "" },
    ),
  );
  const [first, second] = await rows();
  expect(first?.slice(2, 4)).toEqual(["mira@example.com", "Anna's Apiary"]);
  expect(second?.[2]).toBe("–");
});

it("opens a purchase", async () => {
  const { host, user } = open();
  await user.click(await screen.findByRole("link", { name: "#12" }));
  await waitFor(() => expect(currentRoute()).toBe("/purchases/12"));
  expect(host.routes).toEqual(["/purchases/12"]);
});

it("searches and filters with one request, and writes both into the address", async () => {
  const { api, host, user } = open();
  await table();
  await user.type(screen.getByLabelText("Search"), " honey ");
  await user.selectOptions(screen.getByLabelText("Status"), "Canceled");
  await user.selectOptions(screen.getByLabelText("Charge"), "Overcharged");
  await user.selectOptions(screen.getByLabelText("Channel"), "Market");
  await user.selectOptions(screen.getByLabelText("Seller"), "Anna's Apiary");
  await user.type(screen.getByLabelText("Order number"), "#41");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  const route =
    "/purchases?search=honey&status=CANCELED&charge=OVERCHARGED&channel=channel-1&seller=seller-a&order=41";
  await waitFor(() => expect(currentRoute()).toBe(route));
  expect(host.routes).toEqual([route]);
  await waitFor(() => expect(api.variablesOf("Purchases")).toHaveLength(2));
  expect(lastAsked(api)).toMatchObject({
    search: "honey",
    where: {
      status: { eq: "CANCELED" },
      chargeStatus: { eq: "OVERCHARGED" },
      channelId: { eq: "channel-1" },
      seller: { eq: "seller-a" },
      orderNumber: { eq: 41 },
    },
  });
});

it("applies with Enter", async () => {
  const { user } = open();
  await table();
  await user.type(screen.getByLabelText("Customer's email"), "a@example.com{Enter}");
  await waitFor(() => expect(currentRoute()).toBe("/purchases?email=a%40example.com"));
});

it("asks nothing for an order number that is none", async () => {
  const { api, user } = open();
  await table();
  await user.type(screen.getByLabelText("Order number"), "abc{Enter}");
  expect(screen.getByText("Write a number.")).toBeDefined();
  expect(api.variablesOf("Purchases")).toHaveLength(1);
});

it("reads its state from the address after a reload", async () => {
  const { api } = open(page(GROUP), "/purchases?status=EXPIRED&sort=TOTAL&direction=asc&after=x");
  await table();
  expect(lastAsked(api)).toMatchObject({
    where: { status: { eq: "EXPIRED" } },
    sortBy: { field: "TOTAL", direction: "ASC" },
    after: "x",
  });
  expect(screen.getByLabelText<HTMLSelectElement>("Status").value).toBe("EXPIRED");
});

it("goes a step back with the form, too", async () => {
  const { user } = open();
  await table();
  await user.selectOptions(screen.getByLabelText("Status"), "Canceled");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  await waitFor(() => expect(currentRoute()).toBe("/purchases?status=CANCELED"));
  act(() => window.history.back());
  await waitFor(() => expect(currentRoute()).toBe("/purchases"));
  await waitFor(() =>
    expect(screen.getByLabelText<HTMLSelectElement>("Status").value).toBe(""),
  );
});

it("sorts, and turns the order around", async () => {
  const { api, user } = open();
  await table();
  await user.click(screen.getByRole("button", { name: "Total" }));
  await waitFor(() =>
    expect(lastAsked(api)).toMatchObject({ sortBy: { field: "TOTAL", direction: "DESC" } }),
  );
  const header = () => screen.getByRole("columnheader", { name: "Total" });
  await waitFor(() => expect(header().getAttribute("aria-sort")).toBe("descending"));
  await user.click(screen.getByRole("button", { name: "Total" }));
  await waitFor(() => expect(header().getAttribute("aria-sort")).toBe("ascending"));
});

it("pages in both directions, and starts again with a new order", async () => {
  const { user } = open();
  await table();
  await user.click(screen.getByRole("button", { name: "Next" }));
  await waitFor(() => expect(currentRoute()).toBe("/purchases?after=end"));
  await user.click(screen.getByRole("button", { name: "Previous" }));
  await waitFor(() => expect(currentRoute()).toBe("/purchases?before=start"));
  await user.click(screen.getByRole("button", { name: "Purchase" }));
  await waitFor(() => expect(currentRoute()).toBe("/purchases?sort=NUMBER"));
});

it("says that there are none", async () => {
  open(page());
  expect(await screen.findByText("There are no purchases yet")).toBeDefined();
});

it("says that none matches, and clears the filters", async () => {
  const { user } = open(page(), "/purchases?customer=user-1");
  expect(await screen.findByText("No purchase matches")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Clear" }));
  await waitFor(() => expect(currentRoute()).toBe("/purchases"));
});

it("says that only one customer's purchases are shown", async () => {
  const { user } = open(page(GROUP), "/purchases?customer=user-1");
  const hint = "Only one customer's purchases are shown.";
  expect(await screen.findByText(hint)).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Clear" }));
  await waitFor(() => expect(screen.queryByText(hint)).toBeNull());
});

it("shows bars while it waits", async () => {
  const { answer, release } = held(page(GROUP));
  open(answer);
  expect(await screen.findByRole("status", { name: "Loading" })).toBeDefined();
  release();
  await table();
});

it("keeps the rows, marked as busy, while the next ones are on their way", async () => {
  const { api, user } = open();
  await table();
  const { answer, release } = held(page({ ...GROUP, id: "group-13", number: "13" }));
  api.answer("Purchases", answer);
  await user.click(screen.getByRole("button", { name: "Next" }));
  await waitFor(async () => expect((await table()).getAttribute("aria-busy")).toBe("true"));
  expect(screen.getByRole("link", { name: "#12" })).toBeDefined();
  release();
  expect(await screen.findByRole("link", { name: "#13" })).toBeDefined();
});

it("names the permission that is missing", async () => {
  open({ data: { orderGroups: null }, errors: [permissionDenied("MANAGE_ORDERS", ["orderGroups"])] });
  expect(await screen.findByText("You may not see this")).toBeDefined();
});

it("tries again", async () => {
  const { api, user } = open(new Error("offline"));
  const retry = await screen.findByRole("button", { name: "Try again" });
  api.answer("Purchases", page(GROUP));
  await user.click(retry);
  await table();
});
