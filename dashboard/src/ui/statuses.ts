import type { Status, Tone } from "./StatusChip";

const TONES: Record<string, Tone> = {
  UNCONFIRMED: "warning",
  UNFULFILLED: "warning",
  PARTIALLY_FULFILLED: "info",
  FULFILLED: "success",
  PARTIALLY_RETURNED: "neutral",
  RETURNED: "neutral",
  CANCELED: "critical",
  EXPIRED: "neutral",
  DRAFT: "neutral",
  NOT_FULFILLED: "warning",
};

const PAYMENT: Record<string, Status> = {
  NONE: { label: "Not charged", tone: "warning" },
  PARTIAL: { label: "Partially charged", tone: "info" },
  FULL: { label: "Charged", tone: "success" },
  OVERCHARGED: { label: "Overcharged", tone: "critical" },
};

const AUTHORIZATION: Record<string, Status> = {
  NONE: { label: "Not authorized", tone: "neutral" },
  PARTIAL: { label: "Partially authorized", tone: "info" },
  FULL: { label: "Authorized", tone: "info" },
};

/** The status of a purchase or an order, and how much of it is fulfilled. */
export function fulfillment(name: string): Status {
  return { label: humanize(name), tone: TONES[name] ?? "neutral" };
}

export function payment(name: string): Status {
  return PAYMENT[name] ?? { label: humanize(name), tone: "neutral" };
}

/** A payment's one chip: what is authorized counts while nothing is charged. */
export function paymentOf(charge: string, authorization: string): Status {
  if (charge === "NONE" && authorization !== "NONE") {
    return AUTHORIZATION[authorization] ?? payment(charge);
  }
  return payment(charge);
}

/** `PARTIALLY_FULFILLED` becomes `Partially fulfilled`. */
export function humanize(name: string): string {
  const words = name.toLowerCase().replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
