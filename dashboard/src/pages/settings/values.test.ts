import { describe, expect, it } from "vitest";

import { FIELDS, type Field } from "./fields";
import {
  findChanged,
  findProblem,
  formatSource,
  parseNames,
  parseSource,
  toggleName,
} from "./values";

const SOURCE: Field = { kind: "source", name: "seller-source", label: "", help: "" };

describe("the source of sellers", () => {
  it.each([
    ["ASSIGNMENT", { type: "ASSIGNMENT", key: "" }],
    ["METADATA:vendor.id", { type: "METADATA", key: "vendor.id" }],
    ["METADATA:a:b", { type: "METADATA", key: "a:b" }],
    ["ATTRIBUTE:", { type: "ATTRIBUTE", key: "" }],
    ["BRAND:x", null],
    ["METADATA", null],
    ["", null],
  ])("reads %s", (text, source) => {
    expect(parseSource(text)).toEqual(source);
  });

  it("writes what it reads", () => {
    const texts = ["ASSIGNMENT", "METADATA:vendor.id", "ATTRIBUTE:vendor"];
    const sources = texts.map(parseSource).filter((source) => source !== null);
    expect(sources.map(formatSource)).toEqual(texts);
  });

  it.each([
    ["ASSIGNMENT", null],
    ["METADATA:brand", null],
    ["METADATA: ", "Enter the metadata key."],
    ["ATTRIBUTE:", "Enter the attribute's slug."],
  ])("names what %s lacks", (text, problem) => {
    expect(findProblem(SOURCE, text)).toBe(problem);
  });
});

describe("lists with commas", () => {
  it("reads each name once", () => {
    expect(parseNames(" a, b,,a ")).toEqual(["a", "b"]);
    expect(parseNames("")).toEqual([]);
  });

  it("adds and takes away a name, and keeps names that it does not know", () => {
    const all = ["SHIPPING_ADDRESS", "PHONE", "NOTE"];
    expect(toggleName("NOTE,NEW", "SHIPPING_ADDRESS", all)).toBe("SHIPPING_ADDRESS,NOTE,NEW");
    expect(toggleName("SHIPPING_ADDRESS,NOTE", "NOTE", all)).toBe("SHIPPING_ADDRESS");
    expect(toggleName("NOTE", "NOTE", all)).toBe("");
  });
});

it("finds the fields that were changed", () => {
  const stored = {
    "seller-source": "METADATA:brand",
    "charge-policy": "PER_ORDER",
    "seller-customer-data": "SHIPPING_ADDRESS,NOTE",
    "seller-line-metadata": "engraving, size",
  };
  const typed = {
    "seller-source": "METADATA: brand",
    "charge-policy": "GROUP",
    "seller-customer-data": "NOTE,SHIPPING_ADDRESS",
    "seller-line-metadata": "engraving",
  };
  const names = findChanged(FIELDS, stored, typed).map((each) => each.name);
  expect(names).toEqual(["charge-policy", "seller-line-metadata"]);
});

it("finds nothing changed in the same values", () => {
  const stored = Object.fromEntries(FIELDS.map((each) => [each.name, "x"]));
  expect(findChanged(FIELDS, stored, { ...stored })).toEqual([]);
});
