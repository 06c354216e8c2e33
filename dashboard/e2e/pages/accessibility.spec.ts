import type { Frame } from "@playwright/test";
import axe from "axe-core";

import type { Dashboard } from "../dashboard";
import { orderOf, shop } from "../shop";
import { expect, test } from "../test";

const { paid, withoutGroup } = shop.purchases;
const honey = orderOf(paid, "anna-apiary");

interface Place {
  name: string;
  open: (dashboard: Dashboard) => Promise<boolean>;
  /** What is there once the page is complete. */
  shown: string | RegExp;
}

const PLACES: Place[] = [
  {
    name: "the order widget",
    open: (dashboard) => dashboard.openOrderWidget(honey.id),
    shown: /share of Card ending in 4242/,
  },
  {
    name: "the order widget without a group",
    open: (dashboard) => dashboard.openOrderWidget(withoutGroup.id),
    shown: "This order is not part of a purchase.",
  },
  {
    name: "the product widget",
    open: (dashboard) => dashboard.openProductWidget(shop.products.HONEY?.id ?? ""),
    shown: "Anna's Apiary",
  },
  {
    name: "the customer widget",
    open: (dashboard) => dashboard.openCustomerWidget(shop.customer.id),
    shown: /\d sellers/,
  },
  {
    name: "the list of purchases",
    open: (dashboard) => dashboard.openPage("/purchases"),
    shown: `#${paid.number}`,
  },
  {
    name: "a purchase",
    open: (dashboard) => dashboard.openPage(`/purchases/${paid.number}`),
    shown: "Card ending in 4242",
  },
  {
    name: "the list of sellers",
    open: (dashboard) => dashboard.openPage("/sellers"),
    shown: "Bright Ceramics",
  },
  {
    name: "a seller",
    open: (dashboard) => dashboard.openPage("/sellers/anna-apiary"),
    shown: "Linden honey",
  },
  {
    name: "a new seller",
    open: (dashboard) => dashboard.openPage("/sellers/new"),
    shown: "Create seller",
  },
  {
    name: "the settings",
    open: (dashboard) => dashboard.openPage("/"),
    shown: "Who sells a product",
  },
  {
    name: "an error",
    open: async (dashboard) => {
      await dashboard.breakApi((route) => route.abort());
      return dashboard.openPage("/purchases");
    },
    shown: "The shop does not answer",
  },
];

for (const { name, open, shown } of PLACES) {
  test(`axe finds nothing serious in ${name}, in light and dark`, async ({ dashboard }) => {
    await dashboard.logIn("admin");
    await open(dashboard);
    await expect(dashboard.frame.getByText(shown).first()).toBeVisible();

    for (const theme of ["light", "dark"]) {
      await dashboard.post("theme", { theme });
      await expect(dashboard.frame.locator("html")).toHaveCSS("color-scheme", theme);
      expect(await findSerious(frameOf(dashboard)), theme).toEqual([]);
    }
  });
}

function frameOf(dashboard: Dashboard): Frame {
  const frame = dashboard.page.frames().find((each) => each.parentFrame());
  if (!frame) throw new Error("Nothing is open.");
  return frame;
}

/** What axe finds, with the elements that it means. */
async function findSerious(frame: Frame): Promise<string[]> {
  // A script of the tests' own, past the content security policy.
  await frame.evaluate(axe.source);
  const violations = await frame.evaluate(async () => {
    const results = await (window as unknown as { axe: typeof axe }).axe.run();
    return results.violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      targets: nodes.map(({ html }) => html),
    }));
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, targets }) => targets.map((html) => `${id}: ${html}`));
}
