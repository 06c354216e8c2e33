/** What the list of sellers shows, as the query of its address. */
import type { SellersQueryVariables } from "../../graphql/graphql";

export const PAGE_SIZE = 20;

export interface ListState {
  search: string;
  active: "" | "true" | "false";
  field: "NAME" | "CREATED_AT";
  direction: "ASC" | "DESC";
  after: string;
  before: string;
}

/** Read the address; what it does not say, or says wrongly, is the default. */
export function readListState(query: URLSearchParams): ListState {
  const active = query.get("active");
  return {
    search: query.get("search") ?? "",
    active: active === "true" || active === "false" ? active : "",
    field: query.get("sort") === "CREATED_AT" ? "CREATED_AT" : "NAME",
    direction: query.get("direction") === "DESC" ? "DESC" : "ASC",
    after: query.get("after") ?? "",
    before: query.get("before") ?? "",
  };
}

/** Write the address; defaults are left out. */
export function writeListState(state: ListState): URLSearchParams {
  const query = new URLSearchParams();
  if (state.search) query.set("search", state.search);
  if (state.active) query.set("active", state.active);
  if (state.field !== "NAME") query.set("sort", state.field);
  if (state.direction !== "ASC") query.set("direction", state.direction);
  if (state.after) query.set("after", state.after);
  if (state.before) query.set("before", state.before);
  return query;
}

export function toVariables(state: ListState): SellersQueryVariables {
  return {
    search: state.search || null,
    where: state.active ? { isActive: state.active === "true" } : null,
    sortBy: { field: state.field, direction: state.direction },
    ...toPage(state),
  };
}

export interface Cursors {
  after: string;
  before: string;
}

/** The page after a cursor, before a cursor, or the first one. */
export function toPage({ after, before }: Cursors) {
  return before ? { last: PAGE_SIZE, before } : { first: PAGE_SIZE, after: after || null };
}
