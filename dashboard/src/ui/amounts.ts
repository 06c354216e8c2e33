import type { Amount } from "./Money";

/** Number of decimals of a currency. */
export function decimalsOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** The amount in the currency's smallest unit, exactly. */
export function toMinor({ amount, currency }: Amount): bigint {
  const decimals = decimalsOf(currency);
  return BigInt(amount.toFixed(decimals).replace(".", ""));
}

export function fromMinor(minor: bigint, currency: string): Amount {
  return { amount: Number(minor) / 10 ** decimalsOf(currency), currency };
}

/** The amount as the API takes it, e.g. `12.30`. */
export const toText = ({ amount, currency }: Amount) => amount.toFixed(decimalsOf(currency));

/** Sum amounts of one currency, in its smallest unit. */
export function sum(amounts: readonly Amount[], currency: string): Amount {
  const minor = amounts.reduce((total, amount) => total + toMinor(amount), 0n);
  return fromMinor(minor, currency);
}

export const isZero = (amount: Amount) => toMinor(amount) === 0n;

export type TypedAmount = { text: string; amount: Amount } | { error: string };

/**
 * Read an amount that an operator typed.
 *
 * The API gets the text as it was typed; the number is only for showing it again.
 */
export function readAmount(typed: string, available: Amount): TypedAmount {
  const { currency } = available;
  const text = typed.trim();
  const decimals = decimalsOf(currency);
  const pattern = decimals > 0 ? new RegExp(`^\\d{1,12}(\\.\\d{1,${decimals}})?$`) : /^\d{1,12}$/;
  if (!pattern.test(text)) {
    return { error: `Write the amount like ${(12).toFixed(decimals)}.` };
  }
  const [whole = "", part = ""] = text.split(".");
  const minor = BigInt(whole + part.padEnd(decimals, "0"));
  if (minor === 0n) return { error: "The amount must be more than zero." };
  if (minor > toMinor(available)) return { error: "The amount is more than there is." };
  return { text, amount: fromMinor(minor, currency) };
}
