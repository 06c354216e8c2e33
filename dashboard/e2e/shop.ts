import { readFileSync } from "node:fs";

/** What `python -m demo.dashboard` says about the shop that it runs. */
export interface Shop {
  url: string;
  apiUrl: string;
  /** Where the Dashboard would be: another origin than Saleor's, on the same site. */
  deskUrl: string;
  /** The same on another site. */
  farDeskUrl: string;
  privateKeyFile: string;
  staff: Record<StaffName, { email: string; password: string }>;
  purchases: Record<Exclude<Kind, "withoutGroup">, Purchase> & { withoutGroup: Order };
  products: Record<string, { id: string; name: string }>;
  customer: { id: string; email: string };
  channels: Record<string, string>;
}

/**
 * - `admin` may do everything.
 * - `market` has orders and payments of one channel.
 * - `packer` has orders of all channels, but no payments.
 * - `catalog` has products and delivery, but no orders.
 */
export type StaffName = "admin" | "market" | "packer" | "catalog";

export type Kind =
  | "paid"
  | "authorized"
  | "partlyFulfilled"
  | "canceled"
  | "unconfirmed"
  | "guest"
  | "outlet"
  | "withoutGroup";

export interface Order {
  id: string;
  number: string;
}

export interface SellersOrder extends Order {
  seller: { slug: string; name: string } | null;
  total: { gross: { amount: number } };
}

export interface Purchase {
  id: string;
  number: string;
  orders: SellersOrder[];
  total: { gross: { amount: number } };
}

/** A request that the payment app got. */
export interface PaymentRequest {
  transaction: { order: { number: string } | null };
  action: { actionType: string; amount: number };
}

export const shop: Shop = JSON.parse(readFileSync(describedIn(), "utf-8"));

function describedIn(): string {
  const path = process.env.DASHBOARD_SHOP;
  if (!path) throw new Error("DASHBOARD_SHOP is not set: `make dashboard-test` sets it.");
  return path;
}

export const buy = (kind: Exclude<Kind, "withoutGroup">) => wish<Purchase>("buy", kind);

/** Delete a group; its orders stay. */
export const deleteGroup = (id: string) => wish<null>("delete", decodeId(id));

/** Let the payment app decline what it is asked for these orders. */
export const decline = (numbers: string[]) => wish<null>("decline", numbers);

/** Let the payment app take its time. */
export const delayPayments = (seconds: number) => wish<null>("delay", seconds);

/** What the payment app was asked for since the test began. */
export const getPaymentRequests = () => wish<PaymentRequest[]>("requests", null);

export const resetPayments = () => wish<null>("reset", null);

/** Ask Saleor as a member of staff, beside the browser. */
export async function ask<Data>(
  name: StaffName,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> {
  const { tokenCreate } = await post<{ data: { tokenCreate: { token: string } } }>(
    shop.apiUrl,
    {
      query: `mutation ($email: String!, $password: String!) {
        tokenCreate(email: $email, password: $password) { token }
      }`,
      variables: shop.staff[name],
    },
  ).then((answer) => answer.data);
  const answer = await post<{ data: Data; errors?: { message: string }[] }>(
    shop.apiUrl,
    { query, variables },
    tokenCreate.token,
  );
  if (answer.errors) throw new Error(answer.errors[0]?.message);
  return answer.data;
}

async function wish<Answer>(name: string, value: unknown): Promise<Answer> {
  const answer = await post<{ value: Answer; error?: string }>(
    `${shop.deskUrl}/wish/${name}`,
    value,
  );
  if (answer.error) throw new Error(answer.error);
  return answer.value;
}

async function post<Answer>(url: string, body: unknown, token?: string): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}

/** The primary key in a global ID. */
function decodeId(id: string): string {
  return Buffer.from(id, "base64").toString().split(":").pop() ?? "";
}

/** A seller's order in a purchase; null is the shop itself. */
export function orderOf(purchase: Purchase, slug: string | null): SellersOrder {
  const found = purchase.orders.find(({ seller }) => (seller?.slug ?? null) === slug);
  if (!found) throw new Error(`${slug ?? "The shop"} has no order in ${purchase.number}.`);
  return found;
}

export function money(amount: number, currency = "EUR"): string {
  return new Intl.NumberFormat("en", { style: "currency", currency }).format(amount);
}
