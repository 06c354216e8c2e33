import { test as base } from "@playwright/test";

import { Dashboard } from "./dashboard";
import { resetPayments } from "./shop";
import { Watch } from "./watch";

/** A test with the host page. Afterwards it checks what every page must keep. */
export const test = base.extend<{ dashboard: Dashboard }>({
  dashboard: async ({ page }, use) => {
    const watch = new Watch(page);
    const dashboard = new Dashboard(page);
    await resetPayments();
    await use(dashboard);
    await watch.check(dashboard);
  },
});

export { expect } from "@playwright/test";
