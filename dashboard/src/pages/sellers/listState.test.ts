import { expect, it } from "vitest";

import { readListState, toVariables, writeListState } from "./listState";

const DEFAULTS = {
  search: "",
  active: "",
  field: "NAME",
  direction: "ASC",
  after: "",
  before: "",
} as const;

const read = (text: string) => readListState(new URLSearchParams(text));

it("reads an empty address as the defaults, and writes them as nothing", () => {
  expect(read("")).toEqual(DEFAULTS);
  expect(writeListState(read("")).toString()).toBe("");
});

it("ignores what it does not know", () => {
  expect(read("active=maybe&sort=PRICE&direction=UP")).toEqual(DEFAULTS);
});

it("writes what it reads", () => {
  const text = "search=anna+b&active=false&sort=CREATED_AT&direction=DESC&after=abc%3D";
  expect(writeListState(read(text)).toString()).toBe(text);
});

it("asks for the page after or before a cursor", () => {
  const sortBy = { field: "NAME", direction: "ASC" };
  const rest = { search: null, where: null, sortBy };
  expect(toVariables(read(""))).toEqual({ ...rest, first: 20, after: null });
  expect(toVariables(read("after=c"))).toEqual({ ...rest, first: 20, after: "c" });
  expect(toVariables(read("before=c"))).toEqual({ ...rest, last: 20, before: "c" });
});

it("asks for the chosen sellers in the chosen order", () => {
  expect(toVariables(read("search=anna&active=false&sort=CREATED_AT&direction=DESC"))).toEqual({
    search: "anna",
    where: { isActive: false },
    sortBy: { field: "CREATED_AT", direction: "DESC" },
    first: 20,
    after: null,
  });
});
