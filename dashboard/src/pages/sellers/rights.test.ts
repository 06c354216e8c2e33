import { expect, it } from "vitest";

import { describeRights, toggleRight } from "./rights";

it("names rights in one order", () => {
  expect(describeRights(["REFUND", "DECIDE"])).toBe("Decide, Refund");
  expect(describeRights([])).toBe("Read only");
});

it("gives a right and takes it away", () => {
  expect(toggleRight(["REFUND"], "DECIDE")).toEqual(["DECIDE", "REFUND"]);
  expect(toggleRight(["DECIDE", "REFUND"], "DECIDE")).toEqual(["REFUND"]);
});
