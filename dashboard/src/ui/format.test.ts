import { expect, it } from "vitest";

import { formatDateTime } from "./DateTime";
import { formatMoney } from "./Money";
import { fulfillment, humanize, payment, paymentOf } from "./statuses";

const plain = (text: string) => text.replace(/\s/g, " ");

it.each([
  ["en", "€1,234.50"],
  ["de", "1.234,50 €"],
])("formats money in %s", (locale, text) => {
  expect(plain(formatMoney({ amount: 1234.5, currency: "EUR" }, locale))).toBe(text);
});

it("formats a currency without decimals", () => {
  expect(formatMoney({ amount: 1500, currency: "JPY" }, "en")).toBe("¥1,500");
});

it("formats a time", () => {
  expect(plain(formatDateTime("2026-03-01T12:00:00Z", "en"))).toMatch(/^Mar 1, 2026, \d+:00 [AP]M$/);
});

it("names statuses", () => {
  expect(humanize("PARTIALLY_FULFILLED")).toBe("Partially fulfilled");
  expect(fulfillment("CANCELED")).toEqual({ label: "Canceled", tone: "critical" });
  expect(payment("FULL")).toEqual({ label: "Charged", tone: "success" });
});

it("says that a payment is authorized only while nothing is charged", () => {
  expect(paymentOf("NONE", "FULL")).toEqual({ label: "Authorized", tone: "info" });
  expect(paymentOf("PARTIAL", "FULL")).toEqual({ label: "Partially charged", tone: "info" });
  expect(paymentOf("NONE", "NONE")).toEqual({ label: "Not charged", tone: "warning" });
});

it("shows a status that it does not know", () => {
  expect(fulfillment("ON_HOLD")).toEqual({ label: "On hold", tone: "neutral" });
});
