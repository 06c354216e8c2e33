import { expect, it } from "vitest";

import { isExpired, readPermissions } from "./token";

const encode = (claims: unknown) =>
  `head.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;

it("is expired five seconds before its end", () => {
  const token = encode({ exp: 1000 });
  expect(isExpired(token, 994_000)).toBe(false);
  expect(isExpired(token, 995_000)).toBe(true);
});

it("never expires without an end", () => {
  expect(isExpired(encode({}), Date.now())).toBe(false);
});

it("reads permissions in both spellings", () => {
  const token = encode({ permissions: ["order.manage_orders", "HANDLE_PAYMENTS"] });
  expect(readPermissions(token)).toEqual(["MANAGE_ORDERS", "HANDLE_PAYMENTS"]);
});

it.each(["", "nonsense", "a.b.c", encode({ permissions: null })])(
  "has no permissions in %j",
  (token) => {
    expect(readPermissions(token)).toEqual([]);
  },
);

it("leaves out what the user may do and the app may not", () => {
  const token = encode({ permissions: ["MANAGE_ORDERS"], user_permissions: ["MANAGE_STAFF"] });
  expect(readPermissions(token)).toEqual(["MANAGE_ORDERS"]);
});

it("reads names in other alphabets", () => {
  const token = encode({ user: { name: "Ülkü" }, permissions: ["MANAGE_ORDERS"] });
  expect(readPermissions(token)).toEqual(["MANAGE_ORDERS"]);
});
