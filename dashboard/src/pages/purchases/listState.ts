import type {
  OrderChargeStatusEnum,
  OrderGroupFulfillmentStatusEnum,
  OrderGroupSortField,
  OrderGroupStatusEnum,
  OrderGroupWhereInput,
  PurchasesQueryVariables,
} from "../../graphql/graphql";

/** Purchases on one page of the list. */
export const PAGE_SIZE = 20;

/** What the operator can filter by. An empty text is no filter. */
export interface Filters {
  search: string;
  status: string;
  fulfillment: string;
  charge: string;
  channel: string;
  seller: string;
  from: string;
  to: string;
  email: string;
  order: string;
  /** ID of a customer: the customer widget links with it. */
  customer: string;
}

export interface ListState {
  filters: Filters;
  sort: OrderGroupSortField;
  isAscending: boolean;
  after: string | null;
  before: string | null;
}

export const NO_FILTERS: Filters = {
  search: "",
  status: "",
  fulfillment: "",
  charge: "",
  channel: "",
  seller: "",
  from: "",
  to: "",
  email: "",
  order: "",
  customer: "",
};

export const STATUSES: readonly OrderGroupStatusEnum[] = [
  "UNCONFIRMED",
  "UNFULFILLED",
  "PARTIALLY_FULFILLED",
  "FULFILLED",
  "PARTIALLY_RETURNED",
  "RETURNED",
  "CANCELED",
  "EXPIRED",
];
export const FULFILLMENT: readonly OrderGroupFulfillmentStatusEnum[] = [
  "NOT_FULFILLED",
  "PARTIALLY_FULFILLED",
  "FULFILLED",
  "PARTIALLY_RETURNED",
  "RETURNED",
  "CANCELED",
];
export const CHARGE: readonly OrderChargeStatusEnum[] = ["NONE", "PARTIAL", "FULL", "OVERCHARGED"];

const NAMES = Object.keys(NO_FILTERS) as (keyof Filters)[];
const SORTS: readonly OrderGroupSortField[] = ["NUMBER", "CREATED_AT", "UPDATED_AT", "TOTAL"];

export function readListState(query: URLSearchParams): ListState {
  const filters = { ...NO_FILTERS };
  NAMES.forEach((name) => {
    filters[name] = query.get(name) ?? "";
  });
  return {
    filters: withoutNonsense(filters),
    sort: SORTS.find((sort) => sort === query.get("sort")) ?? "CREATED_AT",
    isAscending: query.get("direction") === "asc",
    after: query.get("after"),
    before: query.get("before"),
  };
}

/** An address that somebody edited must not become a request that the API cannot read. */
function withoutNonsense(filters: Filters): Filters {
  const among = (names: readonly string[], name: string) => (names.includes(name) ? name : "");
  return {
    ...filters,
    status: among(STATUSES, filters.status),
    fulfillment: among(FULFILLMENT, filters.fulfillment),
    charge: among(CHARGE, filters.charge),
    from: isDay(filters.from) ? filters.from : "",
    to: isDay(filters.to) ? filters.to : "",
    order: readOrderNumber(filters.order) ?? "",
  };
}

const isDay = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00`));

export function writeListState(state: ListState): URLSearchParams {
  const query = new URLSearchParams();
  NAMES.forEach((name) => {
    if (state.filters[name]) query.set(name, state.filters[name]);
  });
  if (state.sort !== "CREATED_AT") query.set("sort", state.sort);
  if (state.isAscending) query.set("direction", "asc");
  if (state.after) query.set("after", state.after);
  if (state.before) query.set("before", state.before);
  return query;
}

export function toVariables(state: ListState): PurchasesQueryVariables {
  const { filters, before, after } = state;
  return {
    where: toWhere(filters),
    search: filters.search || null,
    sortBy: { field: state.sort, direction: state.isAscending ? "ASC" : "DESC" },
    ...(before ? { last: PAGE_SIZE, before } : { first: PAGE_SIZE, after }),
  };
}

function toWhere(filters: Filters): OrderGroupWhereInput {
  const where: OrderGroupWhereInput = {};
  if (filters.status) where.status = { eq: filters.status as OrderGroupStatusEnum };
  if (filters.fulfillment) {
    where.fulfillmentStatus = { eq: filters.fulfillment as OrderGroupFulfillmentStatusEnum };
  }
  if (filters.charge) where.chargeStatus = { eq: filters.charge as OrderChargeStatusEnum };
  if (filters.channel) where.channelId = { eq: filters.channel };
  if (filters.seller) where.seller = { eq: filters.seller };
  if (filters.email) where.userEmail = { eq: filters.email };
  if (filters.order) where.orderNumber = { eq: Number(filters.order) };
  if (filters.customer) where.user = { eq: filters.customer };
  if (filters.from || filters.to) where.createdAt = toRange(filters);
  return where;
}

/** Whole days in the operator's time zone. */
function toRange({ from, to }: Filters) {
  return {
    ...(from && { gte: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to && { lte: new Date(`${to}T23:59:59.999`).toISOString() }),
  };
}

/** Order numbers are integers; operators copy them with the sign in front. */
export function readOrderNumber(typed: string): string | null {
  const text = typed.trim().replace(/^#/, "");
  return /^\d{0,9}$/.test(text) ? text : null;
}

export function hasFilters(filters: Filters): boolean {
  return NAMES.some((name) => filters[name] !== "");
}
