import { expect, it } from "vitest";

import {
  hasFilters,
  NO_FILTERS,
  readListState,
  readOrderNumber,
  toVariables,
  writeListState,
} from "./listState";

const read = (query: string) => readListState(new URLSearchParams(query));

it("starts with the newest purchases and no filter", () => {
  expect(read("")).toEqual({
    filters: NO_FILTERS,
    sort: "CREATED_AT",
    isAscending: false,
    after: null,
    before: null,
  });
  expect(toVariables(read(""))).toEqual({
    where: {},
    search: null,
    sortBy: { field: "CREATED_AT", direction: "DESC" },
    first: 20,
    after: null,
  });
});

it("asks for every filter", () => {
  const state = read(
    "search=honey&status=CANCELED&fulfillment=RETURNED&charge=FULL&channel=c1&seller=s1" +
      "&from=2026-03-01&to=2026-03-02&email=a%40example.com&order=41&customer=u1",
  );
  expect(toVariables(state)).toEqual({
    where: {
      status: { eq: "CANCELED" },
      fulfillmentStatus: { eq: "RETURNED" },
      chargeStatus: { eq: "FULL" },
      channelId: { eq: "c1" },
      seller: { eq: "s1" },
      userEmail: { eq: "a@example.com" },
      orderNumber: { eq: 41 },
      user: { eq: "u1" },
      createdAt: {
        gte: new Date(2026, 2, 1).toISOString(),
        lte: new Date(2026, 2, 2, 23, 59, 59, 999).toISOString(),
      },
    },
    search: "honey",
    sortBy: { field: "CREATED_AT", direction: "DESC" },
    first: 20,
    after: null,
  });
});

it("takes one end of a range alone", () => {
  const from = new Date(2026, 2, 1).toISOString();
  expect(toVariables(read("from=2026-03-01")).where).toEqual({ createdAt: { gte: from } });
});

it("pages forward and back", () => {
  expect(toVariables(read("after=x"))).toMatchObject({ first: 20, after: "x" });
  const back = toVariables(read("before=y"));
  expect(back).toMatchObject({ last: 20, before: "y" });
  expect(back).not.toHaveProperty("first");
});

it.each([
  "",
  "search=honey&status=CANCELED&sort=TOTAL&direction=asc&after=x",
  "customer=u1&before=y",
])("writes the address %j as it read it", (query) => {
  expect(writeListState(read(query)).toString()).toBe(query);
});

it("ignores what no form writes", () => {
  const state = read("status=NONSENSE&charge=1&from=yesterday&to=2026-99-99&order=x&sort=NAME");
  expect(state).toEqual(read(""));
});

it.each([
  ["41", "41"],
  [" #41 ", "41"],
  ["", ""],
  ["4x", null],
  ["-1", null],
  ["12345678901", null],
])("reads the order number %j as %j", (typed, number) => {
  expect(readOrderNumber(typed)).toBe(number);
});

it("knows whether there is a filter", () => {
  expect(hasFilters(NO_FILTERS)).toBe(false);
  expect(hasFilters({ ...NO_FILTERS, email: "a" })).toBe(true);
});
