import type { Dashboard } from "../dashboard";
import { ask } from "../shop";
import { expect, test } from "../test";

const WHOLESALE = "wholesale";

test("the settings of a channel are saved", async ({ dashboard }) => {
  const { frame } = dashboard;
  await openChannel(dashboard);
  const stored = await readWholesale();

  await frame.getByRole("radio", { name: /^The whole purchase at once/ }).check();
  await frame.getByRole("checkbox", { name: /^Email address/ }).check();
  await expect(frame.getByText("2 unsaved changes")).toBeVisible();
  await frame.getByRole("button", { name: "Save" }).click();

  await expect(frame.getByText(/unsaved change/)).toHaveCount(0);
  expect((await readWholesale()).configuration).toEqual({
    ...stored.configuration,
    "charge-policy": "GROUP",
    "seller-customer-data": "SHIPPING_ADDRESS,EMAIL,NOTE",
  });

  await frame.getByRole("radio", { name: /^Each order by itself/ }).check();
  await frame.getByRole("checkbox", { name: /^Email address/ }).uncheck();
  await frame.getByRole("button", { name: "Save" }).click();
  await expect(frame.getByText(/unsaved change/)).toHaveCount(0);
  expect(await readWholesale()).toEqual(stored);
});

test("a value that cannot be is refused where it was typed", async ({ dashboard }) => {
  const { frame } = dashboard;
  await openChannel(dashboard);

  await frame.getByRole("radio", { name: /^Metadata/ }).check();
  await frame.getByRole("button", { name: "Save" }).click();

  const group = frame.getByRole("group", { name: /^Who sells a product/ });
  await expect(group.getByRole("alert")).toHaveText("Enter the metadata key.");
});

test("what the API refuses is shown where it was chosen", async ({ dashboard }) => {
  const { frame } = dashboard;
  await openChannel(dashboard);

  await frame.getByRole("radio", { name: /^Attribute/ }).check();
  await frame.getByRole("textbox", { name: "Attribute's slug" }).fill("no-such-attribute");
  await frame.getByRole("button", { name: "Save" }).click();

  await expect(
    frame.getByRole("group", { name: /^Who sells a product/ }).getByRole("alert"),
  ).toContainText("no-such-attribute");
  expect((await readWholesale()).configuration["seller-source"]).toBe("ASSIGNMENT");
});

test("the plugin is activated in a channel, and deactivated", async ({ dashboard }) => {
  const { frame } = dashboard;
  await openChannel(dashboard);
  await expect(frame.getByText("Checkouts become one order, as without the plugin.")).toBeVisible();

  await frame.getByRole("button", { name: "Activate" }).click();
  const dialog = frame.getByRole("dialog", { name: "Activate order groups in Wholesale?" });
  await dialog.getByRole("button", { name: "Activate" }).click();
  await expect(frame.getByText("Checkouts become one order for each seller.")).toBeVisible();
  expect(await readWholesale()).toMatchObject({ active: true });

  await frame.getByRole("button", { name: "Deactivate" }).click();
  await frame.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  await expect(frame.getByText("Checkouts become one order, as without the plugin.")).toBeVisible();
  expect(await readWholesale()).toMatchObject({ active: false });
});

test("the health of the installation is shown", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openPage("/");

  const health = dashboard.frame.getByRole("region", { name: "Health" });
  await expect(health).toContainText("Last sweep");
  await expect(health).toContainText("Unsettled payments0");
  await expect(health).toContainText("Unannounced events0");
  // Celery beat does not run in this shop: a while after the first sweep that is told.
  await expect(
    health.getByRole("heading", { name: "Nothing to do" }).or(health.getByText("No sweep runs")),
  ).toBeVisible();
  await health.getByRole("button", { name: "Refresh" }).click();
  await expect(health.getByRole("button", { name: "Refresh" })).toBeEnabled();
});

for (const name of ["market", "packer", "catalog"] as const) {
  test(`staff without MANAGE_PLUGINS are told what they lack: ${name}`, async ({ dashboard }) => {
    await dashboard.logIn(name);
    await dashboard.openPage("/");

    await expect(dashboard.frame.getByText(/MANAGE_PLUGINS/)).toBeVisible();
    await expect(dashboard.frame.getByRole("button", { name: "Save" })).toHaveCount(0);
  });
}

async function openChannel(dashboard: Dashboard) {
  await dashboard.logIn("admin");
  await dashboard.openPage("/");
  await dashboard.frame.getByRole("combobox", { name: "Channel" }).selectOption(WHOLESALE);
}

async function readWholesale() {
  const { plugin } = await ask<{
    plugin: {
      channelConfigurations: {
        active: boolean;
        channel: { slug: string };
        configuration: { name: string; value: string }[];
      }[];
    };
  }>(
    "admin",
    `{ plugin(id: "saleor.order_groups") { channelConfigurations {
      active channel { slug } configuration { name value }
    } } }`,
  );
  const found = plugin.channelConfigurations.find(({ channel }) => channel.slug === WHOLESALE);
  return {
    active: found?.active,
    configuration: Object.fromEntries(
      (found?.configuration ?? []).map(({ name, value }) => [name, value]),
    ),
  };
}
