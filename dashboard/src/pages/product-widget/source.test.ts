import { expect, it } from "vitest";

import { describeSource, nameRule } from "./source";

it("lets assignments be changed here", () => {
  expect(describeSource("ASSIGNMENT")).toEqual({
    isAssignment: true,
    meaning: "Assignments decide who sells this product.",
    howToChange: "",
  });
});

it("says where the metadata are changed", () => {
  expect(describeSource("METADATA:vendor:id")).toEqual({
    isAssignment: false,
    meaning: "The product's metadata decide who sells it, by the key “vendor:id”.",
    howToChange:
      "To change the seller, change “vendor:id” in the product's public metadata on this page.",
  });
});

it("says where the attribute is changed", () => {
  expect(describeSource("ATTRIBUTE:brand")).toEqual({
    isAssignment: false,
    meaning: "The product's attribute “brand” decides who sells it.",
    howToChange: "To change the seller, change the attribute “brand” of the product on this page.",
  });
});

it.each([
  ["ASSIGNMENT", "Assignment"],
  ["METADATA:vendor.id", "Metadata “vendor.id”"],
  ["ATTRIBUTE:brand", "Attribute “brand”"],
])("names %s", (source, name) => {
  expect(nameRule(source)).toBe(name);
});
