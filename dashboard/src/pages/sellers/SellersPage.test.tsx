import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { FakeApi, held, permissionDenied, type Answer } from "../../testing/fakeApi";
import { FakeHost } from "../../testing/fakeHost";
import { currentRoute, renderApp } from "../../testing/renderApp";

const ANNA = {
  id: "U2VsbGVyOjE=",
  slug: "anna",
  name: "Anna's Apiary",
  isActive: true,
  externalReference: "erp-1",
  hasAccess: true,
  updatedAt: "2026-05-01T10:00:00Z",
};
const BOB = {
  ...ANNA,
  id: "U2VsbGVyOjI=",
  slug: "bob",
  name: "Bob",
  isActive: false,
  externalReference: null,
  hasAccess: false,
};

function list(sellers: object[], part: object = {}) {
  const pageInfo = {
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: "first",
    endCursor: "last",
  };
  const edges = sellers.map((node) => ({ node }));
  return { data: { sellers: { totalCount: sellers.length, pageInfo, edges, ...part } } };
}

function show(answer: Answer, path = "/sellers", permissions = ["MANAGE_PRODUCTS"]) {
  const api = new FakeApi({ Sellers: answer, Seller: { data: { seller: null } } });
  return renderApp(path, { api, host: new FakeHost({ permissions }) });
}

const DEFAULTS = {
  search: null,
  where: null,
  sortBy: { field: "NAME", direction: "ASC" },
  first: 20,
  after: null,
};

it("shows a skeleton, then each seller with its status and access", async () => {
  const { answer, release } = held(list([ANNA, BOB]));
  const { api } = show(answer);
  expect(await screen.findByRole("status", { name: "Loading sellers" })).toBeTruthy();
  release();
  const table = await screen.findByRole("table", { name: "Sellers" });
  const rows = within(table).getAllByRole<HTMLTableRowElement>("row");
  const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent).slice(0, 5));
  expect(texts).toEqual([
    ["Name", "Slug", "Status", "Access", "External reference"],
    ["Anna's Apiary", "anna", "Active", "Has access", "erp-1"],
    ["Bob", "bob", "Inactive", "Locked", "–"],
  ]);
  expect(screen.getByText("2 sellers")).toBeTruthy();
  expect(api.variablesOf("Sellers")).toEqual([DEFAULTS]);
});

it("hides the access that the API does not tell", async () => {
  show(list([{ ...ANNA, hasAccess: null }]));
  await screen.findByRole("table", { name: "Sellers" });
  expect(screen.queryByRole("columnheader", { name: "Access" })).toBeNull();
});

it("keeps search, status and order in the address, and starts at the first page", async () => {
  const { api, user } = show(list([ANNA]), "/sellers?after=abc");
  await screen.findByRole("table", { name: "Sellers" });
  await user.type(screen.getByLabelText("Name, slug or external reference"), "anna{Enter}");
  await screen.findByDisplayValue("anna");
  expect(currentRoute()).toBe("/sellers?search=anna");
  await user.selectOptions(screen.getByLabelText("Status"), "Inactive");
  await user.selectOptions(screen.getByLabelText("Sort by"), "Newest first");
  expect(currentRoute()).toBe(
    "/sellers?search=anna&active=false&sort=CREATED_AT&direction=DESC",
  );
  const variables = api.variablesOf("Sellers");
  expect(variables[0]).toEqual({ ...DEFAULTS, after: "abc" });
  expect(variables.at(-1)).toEqual({
    ...DEFAULTS,
    search: "anna",
    where: { isActive: false },
    sortBy: { field: "CREATED_AT", direction: "DESC" },
  });
});

it("turns pages by cursors", async () => {
  const pageInfo = {
    hasNextPage: true,
    hasPreviousPage: true,
    startCursor: "first",
    endCursor: "last",
  };
  const { api, user } = show(list([ANNA], { totalCount: 41, pageInfo }));
  expect(await screen.findByText("41 sellers")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Next" }));
  expect(currentRoute()).toBe("/sellers?after=last");
  await user.click(screen.getByRole("button", { name: "Previous" }));
  expect(currentRoute()).toBe("/sellers?before=first");
  expect(api.variablesOf("Sellers").map(({ after, before }) => after ?? before ?? null)).toEqual([
    null,
    "last",
    "first",
  ]);
});

it("opens a seller, and the form of a new one", async () => {
  const { host, user } = show(list([ANNA]));
  await user.click(await screen.findByRole("link", { name: "Anna's Apiary" }));
  await screen.findByRole("heading", { name: "There is no such seller" });
  expect(currentRoute()).toBe("/sellers/anna");
  expect(host.routes).toEqual(["/sellers/anna"]);
  await user.click(screen.getByRole("link", { name: "Sellers" }));
  await user.click(await screen.findByRole("button", { name: "New seller" }));
  expect(await screen.findByRole("heading", { name: "New seller" })).toBeTruthy();
  expect(host.routes).toEqual(["/sellers/anna", "/sellers", "/sellers/new"]);
});

it("offers no new seller to who may not create one", async () => {
  show(list([ANNA]), "/sellers", []);
  await screen.findByRole("table", { name: "Sellers" });
  expect(screen.queryByRole("button", { name: "New seller" })).toBeNull();
});

it("says that there are no sellers", async () => {
  show(list([]));
  expect(await screen.findByRole("heading", { name: "There are no sellers yet" })).toBeTruthy();
});

it("says that no seller matches, and leads back to all", async () => {
  const { user } = show(list([]), "/sellers?search=x&active=true");
  expect(await screen.findByRole("heading", { name: "No seller matches" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Show all sellers" }));
  expect(currentRoute()).toBe("/sellers");
});

it("names the missing permission", async () => {
  show({ data: { sellers: null }, errors: [permissionDenied("MANAGE_PRODUCTS", ["sellers"])] });
  expect(await screen.findByText(/needs the permission MANAGE_PRODUCTS/)).toBeTruthy();
});

it("tries again after an error", async () => {
  const { api, user } = show(new TypeError("Failed to fetch"));
  await screen.findByRole("heading", { name: "The shop does not answer" });
  api.answer("Sellers", list([ANNA]));
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "Anna's Apiary" })).toBeTruthy();
});

it("says that the plugin is older than the page", async () => {
  show({ errors: [{ message: 'Cannot query field "sellers" on type "Query".' }] });
  const title = "The plugin and these pages are of different versions";
  expect(await screen.findByRole("heading", { name: title })).toBeTruthy();
});
