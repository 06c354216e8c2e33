import { expect, it } from "vitest";

import { adviseOn } from "./advice";

it("names the command that mends what it knows", () => {
  expect(adviseOn("SWEEP")).toEqual({
    title: "No sweep runs",
    advice: "Run Celery beat, or manage.py recover_order_groups each minute.",
  });
});

it("names the audit for what it does not know", () => {
  expect(adviseOn("SOMETHING_NEW")).toEqual({
    title: "SOMETHING_NEW",
    advice: "Run manage.py verify_order_groups: it looks at all purchases and says what to repair.",
  });
});
