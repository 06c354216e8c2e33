import { expect, it } from "vitest";

import { decimalsOf, fromMinor, readAmount, sum, toMinor, toText } from "./amounts";

const euro = (amount: number) => ({ amount, currency: "EUR" });

it.each([
  ["EUR", 2],
  ["JPY", 0],
  ["KWD", 3],
])("knows the decimals of %s", (currency, decimals) => {
  expect(decimalsOf(currency)).toBe(decimals);
});

it("counts in the smallest unit", () => {
  expect(toMinor(euro(0.29))).toBe(29n);
  expect(toMinor({ amount: 1500, currency: "JPY" })).toBe(1500n);
  expect(toMinor({ amount: 1.234, currency: "KWD" })).toBe(1234n);
  expect(fromMinor(1050n, "EUR")).toEqual(euro(10.5));
});

it("sums without losing a cent", () => {
  expect(sum([euro(0.1), euro(0.2), euro(63.99)], "EUR")).toEqual(euro(64.29));
  expect(sum([], "EUR")).toEqual(euro(0));
});

it.each(["12", "12.5", "12.50", " 12.50 "])("sends %j as it was typed", (typed) => {
  const read = readAmount(typed, euro(20));
  expect(read).toEqual({ text: typed.trim(), amount: euro(Number(typed)) });
});

it.each(["", "abc", "-1", "1,50", "1.505", "1e3", "0x10", ".5", "1.", "1 000"])(
  "refuses %j",
  (typed) => {
    expect(readAmount(typed, euro(20))).toEqual({ error: "Write the amount like 12.00." });
  },
);

it("refuses parts of a currency without decimals", () => {
  const available = { amount: 2000, currency: "JPY" };
  expect(readAmount("10.5", available)).toEqual({ error: "Write the amount like 12." });
});

it.each(["0", "0.00"])("refuses %s", (typed) => {
  expect(readAmount(typed, euro(20))).toEqual({ error: "The amount must be more than zero." });
});

it("takes all that there is, and not a cent more", () => {
  expect(readAmount("20.00", euro(20))).toEqual({ text: "20.00", amount: euro(20) });
  expect(readAmount("20.01", euro(20))).toEqual({ error: "The amount is more than there is." });
});

it("writes an amount with all of its currency's decimals", () => {
  expect(toText(euro(30.5))).toBe("30.50");
  expect(toText({ amount: 1500, currency: "JPY" })).toBe("1500");
  expect(toText({ amount: 1.234, currency: "KWD" })).toBe("1.234");
});
