import { expect, it } from "vitest";

import { EMPTY_FORM, toCreateInput, toFormValues, toUpdateInput } from "./formValues";

const ANNA = {
  name: "Anna's Apiary",
  slug: "anna",
  isActive: true,
  externalReference: null,
  payoutReference: "acct_1",
};

it("shows missing references as empty texts", () => {
  expect(toFormValues(ANNA)).toEqual({ ...ANNA, externalReference: "" });
});

it("sends only what was changed", () => {
  const stored = toFormValues(ANNA);
  expect(toUpdateInput(stored, stored)).toEqual({});
  expect(toUpdateInput(stored, { ...stored, slug: "anna-2", payoutReference: "" })).toEqual({
    slug: "anna-2",
    payoutReference: "",
  });
});

it("leaves out what a new seller does not have", () => {
  expect(toCreateInput({ ...EMPTY_FORM, name: "Bob" })).toEqual({
    name: "Bob",
    slug: null,
    externalReference: null,
    payoutReference: null,
    isActive: true,
  });
});
