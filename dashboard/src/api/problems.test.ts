import { CombinedError } from "urql";
import { expect, it } from "vitest";

import { EXPIRED, permissionDenied } from "../testing/fakeApi";
import { readProblems } from "./problems";

const problemOf = (error: unknown) =>
  readProblems(new CombinedError({ graphQLErrors: [error as Error] }))[0];

it("has no problem without an error", () => {
  expect(readProblems(undefined)).toEqual([]);
});

it("names the permission and the field", () => {
  expect(problemOf(permissionDenied("MANAGE_ORDERS, HANDLE_PAYMENTS", ["orderGroup", "events"]))).toEqual({
    kind: "permission",
    message:
      "To access this path, you need one of the following permissions: MANAGE_ORDERS, HANDLE_PAYMENTS",
    permissions: ["MANAGE_ORDERS", "HANDLE_PAYMENTS"],
    path: "orderGroup.events",
  });
});

it.each([
  ["ExpiredSignatureError", "expired"],
  ["InvalidTokenError", "expired"],
  ["GraphQLError", "other"],
])("reads the code %s as %s", (code, kind) => {
  expect(problemOf({ message: "No.", extensions: { exception: { code } } })?.kind).toBe(kind);
});

it("knows the answer to an expired token", () => {
  expect(problemOf(EXPIRED)?.kind).toBe("expired");
});

it.each([
  'Cannot query field "shares" on type "TransactionItem".',
  'Unknown argument "externalReference" on field "orderGroup" of type "Query".',
  'Unknown type "OrderGroupWhereInput".',
])("knows a plugin of another version by %j", (message) => {
  expect(problemOf({ message })?.kind).toBe("schema");
});

it("leaves out places in lists from the path", () => {
  expect(problemOf({ message: "No.", path: ["orders", 0, "events"] })?.path).toBe("orders.events");
});

it("knows a missing answer", () => {
  const error = new CombinedError({ networkError: new TypeError("Failed to fetch") });
  expect(readProblems(error)).toEqual([
    { kind: "network", message: "Failed to fetch", permissions: [], path: "" },
  ]);
});
