import { money, shop } from "../shop";
import { expect, test } from "../test";

const { paid, authorized, partlyFulfilled, canceled, guest, outlet } = shop.purchases;

test.beforeEach(async ({ dashboard }) => {
  await dashboard.logIn("admin");
});

test("the list shows purchases in every state", async ({ dashboard }) => {
  await dashboard.openPage("/purchases");

  const row = (number: string) =>
    dashboard.frame.getByRole("row").filter({
      has: dashboard.frame.getByRole("rowheader", { name: `#${number}`, exact: true }),
    });
  await expect(row(paid.number)).toContainText("Mira Lindt");
  await expect(row(paid.number)).toContainText(
    "The shop itself, Anna's Apiary, Bright Ceramics, Cedar & Co",
  );
  await expect(row(paid.number)).toContainText(money(paid.total.gross.amount));
  await expect(row(paid.number)).toContainText("Charged");
  await expect(row(paid.number)).toContainText("Unfulfilled");
  await expect(row(authorized.number)).toContainText("Authorized");
  await expect(row(partlyFulfilled.number)).toContainText("Partially fulfilled");
  await expect(row(canceled.number)).toContainText("Canceled");
  await expect(row(outlet.number)).toContainText(money(outlet.total.gross.amount, "USD"));
  await expect(row(guest.number)).toContainText("Anna's Apiary, Bright Ceramics");
});

test("the search finds a purchase by its number", async ({ dashboard }) => {
  await dashboard.openPage("/purchases");
  await dashboard.frame.getByRole("textbox", { name: /^Search/ }).fill(`#${guest.number}`);
  await dashboard.frame.getByRole("button", { name: "Apply" }).click();

  // Its number may be that of another purchase's order too.
  const numbers = dashboard.frame.getByRole("rowheader");
  await expect(numbers.filter({ hasText: `#${paid.number}` })).toHaveCount(0);
  await expect(numbers.filter({ hasText: `#${guest.number}` })).toBeVisible();
});

test("filters apply together and can be cleared", async ({ dashboard }) => {
  await dashboard.openPage("/purchases");
  await dashboard.frame.getByRole("combobox", { name: "Channel" }).selectOption("Outlet");
  await dashboard.frame.getByRole("combobox", { name: "Charge" }).selectOption("Charged");
  await dashboard.frame.getByRole("button", { name: "Apply" }).click();

  const numbers = dashboard.frame.getByRole("rowheader");
  await expect(numbers.filter({ hasText: `#${outlet.number}` })).toBeVisible();
  await expect(numbers.filter({ hasText: `#${paid.number}` })).toHaveCount(0);

  await dashboard.frame.getByRole("button", { name: "Clear" }).click();
  await expect(numbers.filter({ hasText: `#${paid.number}` })).toBeVisible();
});

test("filters that match nothing say so", async ({ dashboard }) => {
  await dashboard.openPage("/purchases");
  await dashboard.frame.getByRole("textbox", { name: "Customer's email" }).fill("no@example.com");
  await dashboard.frame.getByRole("button", { name: "Apply" }).click();

  await expect(dashboard.frame.getByRole("heading", { name: "No purchase matches" })).toBeVisible();
});

test("the list is sorted by what is clicked", async ({ dashboard }) => {
  await dashboard.openPage("/purchases");
  await dashboard.frame.getByRole("button", { name: "Total" }).click();

  const total = dashboard.frame.getByRole("columnheader", { name: "Total" });
  await expect(total).toHaveAttribute("aria-sort", "descending");
  await dashboard.frame.getByRole("button", { name: "Total" }).click();
  await expect(total).toHaveAttribute("aria-sort", "ascending");
});

test("the Dashboard's address follows the list", async ({ dashboard }) => {
  await dashboard.openPage("/purchases");
  await dashboard.frame.getByRole("combobox", { name: "Status" }).selectOption("Canceled");
  await dashboard.frame.getByRole("button", { name: "Apply" }).click();
  await dashboard.frame.getByRole("link", { name: `#${canceled.number}`, exact: true }).click();

  await expect
    .poll(async () => (await dashboard.getActions("updateRouting")).map(({ newRoute }) => newRoute))
    .toEqual(["/purchases?status=CANCELED", `/purchases/${canceled.number}`]);
  await expect(dashboard.frame.getByRole("heading", { level: 1 })).toContainText(canceled.number);

  await dashboard.page.evaluate(() => window.history.back());
  await expect(dashboard.frame.getByRole("combobox", { name: "Status" })).toHaveValue("CANCELED");
});

test("staff of one channel see its purchases alone", async ({ dashboard }) => {
  await dashboard.logIn("market");
  await dashboard.openPage("/purchases");

  const numbers = dashboard.frame.getByRole("rowheader");
  await expect(numbers.filter({ hasText: `#${paid.number}` })).toBeVisible();
  await expect(numbers.filter({ hasText: `#${outlet.number}` })).toHaveCount(0);
});

test("staff without MANAGE_ORDERS are told what they lack", async ({ dashboard }) => {
  await dashboard.logIn("catalog");
  await dashboard.openPage("/purchases");

  await expect(dashboard.frame.getByText(/MANAGE_ORDERS/)).toBeVisible();
  await expect(dashboard.frame.getByRole("rowheader")).toHaveCount(0);
});
