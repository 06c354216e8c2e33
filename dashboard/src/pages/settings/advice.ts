/** What each kind of finding is, and what an operator does about it. */

export interface Advice {
  title: string;
  advice: string;
}

const ADVICE: Record<string, Advice> = {
  SELLER_SOURCE: {
    title: "Sellers are unknown",
    advice:
      "Choose another source under “Who sells a product”, or give the attribute back to the product types.",
  },
  LOST_PRODUCTS: {
    title: "Products without their attribute",
    advice:
      "Add the attribute to the product types again. If the shop sells these products itself, remove the values afterwards.",
  },
  CONFIRMATION: {
    title: "Customers get no confirmation",
    advice:
      "Install an app or a plugin that sends it, or choose “One for each order” under “Confirmation to the customer”.",
  },
  UNSEEN_ORDERS: {
    title: "Sellers do not see all their orders",
    advice: "Choose “Make a purchase of one order” under “Checkouts with one seller”.",
  },
  SELLER_APP: {
    title: "An app sees all orders",
    advice: "Take the permission from the app, or unlink the app from the seller.",
  },
  DELETE_RULE: {
    title: "A rule of the database is missing",
    advice: "Run manage.py verify_order_groups --repair.",
  },
  SWEEP: {
    title: "No sweep runs",
    advice: "Run Celery beat, or manage.py recover_order_groups each minute.",
  },
  DASHBOARD_APP: {
    title: "This app is out of date",
    advice: "Run manage.py install_dashboard_app.",
  },
  UNSETTLED_PAYMENT: {
    title: "Unsettled payment",
    advice: "The next sweep settles it. If this stays, run manage.py recover_order_groups --all.",
  },
  UNANNOUNCED_EVENT: {
    title: "Unannounced event",
    advice: "The next sweep announces it. If this stays, run manage.py recover_order_groups --all.",
  },
};

const INSPECT = "Run manage.py verify_order_groups: it looks at all purchases and says what to repair.";

/** The words for a finding's code; a code that the page does not know is its own title. */
export function adviseOn(code: string): Advice {
  return ADVICE[code] ?? { title: code, advice: INSPECT };
}
