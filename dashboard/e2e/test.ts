import { test as base } from "@playwright/test";

import { Dashboard } from "./dashboard";
import { resetPayments } from "./shop";

/** A test with the host page. Afterwards it checks what every page must keep. */
export const test = base.extend<{ dashboard: Dashboard }>({
  dashboard: async ({ page }, use) => {
    const dashboard = new Dashboard(page);
    await resetPayments();
    await use(dashboard);
    await dashboard.watch.check(dashboard.tokens);
  },
});

/** Print a figure that a test has measured. */
export function report(figure: string): void {
  process.stdout.write(`      ${figure}\n`);
}

export { expect } from "@playwright/test";
