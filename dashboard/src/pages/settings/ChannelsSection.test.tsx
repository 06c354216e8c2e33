import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { held } from "../../testing/fakeApi";
import {
  channel,
  configured,
  openSettings,
  refusedWith,
  savedAs,
} from "../../testing/settings";

const group = (name: RegExp) => within(screen.getByRole("group", { name }));
const radio = (name: RegExp) => screen.getByRole<HTMLInputElement>("radio", { name });
const checkbox = (name: RegExp) => screen.getByRole("checkbox", { name });
const button = (name: string) => screen.getByRole("button", { name });
const ready = () => screen.findByRole("group", { name: /^Who sells a product/ });
const input = (configuration: object[], channelId = "main") => ({
  channelId,
  input: { configuration },
});

/** The label of a choice, without its meaning. */
const readLabel = ({ labels }: HTMLInputElement) =>
  labels?.[0]?.querySelector("span")?.firstChild?.textContent;

describe("the form", () => {
  it("shows a skeleton, then each key with its choice", async () => {
    const { answer, release } = held(
      configured(channel("main", { "seller-source": "METADATA:vendor.id", "seller-refunds": "OFF" })),
    );
    openSettings({ PluginSettings: answer });
    expect(await screen.findByRole("status", { name: "Loading the settings" })).toBeTruthy();
    release();
    await ready();
    const chosen = screen.getAllByRole<HTMLInputElement>("radio").filter(({ checked }) => checked);
    expect(chosen.map(readLabel)).toEqual([
      "Metadata",
      "Make a purchase of one order",
      "Sell them as the shop's own",
      "By subtotal",
      "Each order by itself",
      "One for each order",
      "None",
    ]);
    expect(screen.getByLabelText("Metadata key")).toHaveProperty("value", "vendor.id");
    const data = group(/^What sellers see of customers/).getAllByRole("checkbox");
    expect(data.map((each) => each.getAttribute("aria-checked"))).toEqual([
      "true",
      "false",
      "false",
      "false",
      "true",
    ]);
    expect(screen.getByLabelText("Keys")).toHaveProperty("value", "");
    expect(button("Save")).toHaveProperty("disabled", true);
  });

  it("says what each choice means", async () => {
    openSettings();
    await ready();
    const items = group(/^Shipping price/).getAllByRole<HTMLInputElement>("radio");
    expect(items.map(({ labels }) => labels?.[0]?.textContent)).toEqual([
      "By subtotalAn order with twice the subtotal bears twice the price.",
      "By weightAn order with twice the weight bears twice the price.",
      "In equal partsEach order bears the same part.",
      "On the first orderThe first order bears the whole price.",
    ]);
  });

  it("marks changes and sends only them, once for two clicks", async () => {
    const after = {
      "group-single-seller": "false",
      "charge-policy": "GROUP",
      "seller-customer-data": "SHIPPING_ADDRESS,EMAIL",
      "seller-line-metadata": "engraving,size",
    };
    const { answer, release } = held(savedAs(channel("main", after)));
    const { api, host, user } = openSettings({ SavePluginSettings: answer });
    await ready();
    await user.click(radio(/^Make an order without a purchase/));
    await user.click(radio(/^The whole purchase at once/));
    await user.click(checkbox(/^Email address/));
    await user.click(checkbox(/^Note/));
    await user.type(screen.getByLabelText("Keys"), "engraving, size,");
    expect(screen.getByText("4 unsaved changes")).toBeTruthy();
    expect(screen.getAllByText("Unsaved").length).toBe(4);
    await user.dblClick(button("Save"));
    release();
    await waitFor(() => expect(screen.queryByText(/unsaved change/)).toBeNull());
    expect(api.variablesOf("SavePluginSettings")).toEqual([
      input([
        { name: "group-single-seller", value: "false" },
        { name: "charge-policy", value: "GROUP" },
        { name: "seller-customer-data", value: "SHIPPING_ADDRESS,EMAIL" },
        { name: "seller-line-metadata", value: "engraving,size" },
      ]),
    ]);
    expect(radio(/^The whole purchase at once/).checked).toBe(true);
    expect(host.notices).toEqual([{ status: "success", title: "Settings saved" }]);
  });

  it("asks for the key of a source before it asks the API", async () => {
    const { api, user } = openSettings({
      SavePluginSettings: savedAs(channel("main", { "seller-source": "ATTRIBUTE:brand" })),
    });
    await ready();
    await user.click(radio(/^Attribute/));
    await user.click(button("Save"));
    const source = group(/^Who sells a product/);
    expect(source.getByRole("alert").textContent).toBe("Enter the attribute's slug.");
    expect(api.variablesOf("SavePluginSettings")).toEqual([]);
    await user.type(screen.getByLabelText("Attribute's slug"), " brand ");
    await user.click(button("Save"));
    await waitFor(() => expect(screen.queryByText(/unsaved change/)).toBeNull());
    expect(api.variablesOf("SavePluginSettings")).toEqual([
      input([{ name: "seller-source", value: "ATTRIBUTE:brand" }]),
    ]);
  });

  it("shows what the API refuses at its field, and keeps what was typed", async () => {
    const message = "seller-source: No product type has the attribute 'brand'.";
    const { user } = openSettings({
      SavePluginSettings: refusedWith(
        { field: "seller-source", message, code: "INVALID" },
        { field: null, message: "Something else.", code: "INVALID" },
      ),
    });
    await ready();
    await user.click(radio(/^Attribute/));
    await user.type(screen.getByLabelText("Attribute's slug"), "brand");
    await user.click(button("Save"));
    const source = group(/^Who sells a product/);
    expect((await source.findByRole("alert")).textContent).toBe(message);
    expect(screen.getByText("Something else.")).toBeTruthy();
    expect(screen.getByLabelText("Attribute's slug")).toHaveProperty("value", "brand");
    expect(screen.getByText("1 unsaved change")).toBeTruthy();
  });

  it("discards what was typed", async () => {
    const { user } = openSettings();
    await ready();
    await user.click(radio(/^Pay at once/));
    await user.click(button("Discard"));
    expect(radio(/^Grant, and the shop pays/).checked).toBe(true);
    expect(screen.queryByText(/unsaved change/)).toBeNull();
  });

  it("keeps and shows keys and values that it does not know", async () => {
    const { api, user } = openSettings({
      PluginSettings: configured(channel("main", { "new-key": "42", "charge-policy": "NEVER" })),
      SavePluginSettings: savedAs(channel("main", { "new-key": "42", "seller-refunds": "OFF" })),
    });
    await ready();
    expect(screen.getByText("new-key").nextElementSibling?.textContent).toBe("42");
    expect(radio(/^NEVER/).checked).toBe(true);
    expect(screen.getByText("This value is not valid.")).toBeTruthy();
    await user.click(radio(/^None/));
    await user.click(button("Save"));
    await waitFor(() => expect(screen.queryByText(/unsaved change/)).toBeNull());
    expect(api.variablesOf("SavePluginSettings")).toEqual([
      input([{ name: "seller-refunds", value: "OFF" }]),
    ]);
  });

  it("leaves out keys that an older plugin does not have", async () => {
    const main = channel("main");
    const configuration = main.configuration.filter(({ name }) => name !== "seller-refunds");
    openSettings({ PluginSettings: configured({ ...main, configuration }) });
    await ready();
    expect(screen.queryByRole("group", { name: /^Refunds by sellers/ })).toBeNull();
  });
});

describe("channels", () => {
  it("keep what was typed while another one is shown", async () => {
    const { user } = openSettings({
      PluginSettings: configured(channel("outlet", {}, false), channel("main")),
    });
    await ready();
    const select = screen.getByLabelText<HTMLSelectElement>("Channel");
    const labels = () => [...select.options].map(({ textContent }) => textContent);
    expect(labels()).toEqual(["Main (active)", "Outlet (not active)"]);
    await user.click(radio(/^Pay at once/));
    expect(labels()).toEqual(["Main (active) – unsaved changes", "Outlet (not active)"]);
    await user.selectOptions(select, "outlet");
    expect(radio(/^Pay at once/).checked).toBe(false);
    await user.selectOptions(select, "main");
    expect(radio(/^Pay at once/).checked).toBe(true);
  });

  it("begin with an active one, which stays when it is deactivated", async () => {
    const others = [channel("a", {}, false), channel("c")];
    const { user } = openSettings({
      PluginSettings: configured(...others, channel("b")),
      SavePluginSettings: savedAs(...others, channel("b", {}, false)),
    });
    await ready();
    const select = screen.getByLabelText<HTMLSelectElement>("Channel");
    expect(select.value).toBe("b");
    await user.click(button("Deactivate"));
    const dialog = within(screen.getByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Deactivate" }));
    expect(await screen.findByText("Not active")).toBeTruthy();
    expect(select.value).toBe("b");
  });

  it("may be none", async () => {
    openSettings({ PluginSettings: configured() });
    expect(await screen.findByRole("heading", { name: "The shop has no channels" })).toBeTruthy();
  });

  it("are missing where Saleor does not know the plugin", async () => {
    openSettings({ PluginSettings: { data: { plugin: null } } });
    const name = "Saleor does not know the plugin";
    expect(await screen.findByRole("heading", { name })).toBeTruthy();
  });

  it("are read again after an error", async () => {
    const { api, user } = openSettings({ PluginSettings: new TypeError("Failed to fetch") });
    const again = await screen.findByRole("button", { name: "Try again" });
    api.answer("PluginSettings", configured(channel("main")));
    await user.click(again);
    expect(await ready()).toBeTruthy();
  });
});

describe("activation", () => {
  it("asks first, and says what it means", async () => {
    const { api, user } = openSettings({
      PluginSettings: configured(channel("main", {}, false)),
      SavePluginSettings: savedAs(channel("main")),
    });
    await ready();
    await user.click(button("Activate"));
    const dialog = within(screen.getByRole("dialog", { name: "Activate order groups in Main?" }));
    expect(dialog.getByText(/becomes one order for each seller/)).toBeTruthy();
    expect(api.variablesOf("SavePluginSettings")).toEqual([]);
    await user.click(dialog.getByRole("button", { name: "Activate" }));
    expect(await screen.findByRole("button", { name: "Deactivate" })).toBeTruthy();
    expect(api.variablesOf("SavePluginSettings")).toEqual([
      { channelId: "main", input: { active: true } },
    ]);
  });

  it("leaves unsaved changes alone", async () => {
    const { user } = openSettings({ SavePluginSettings: savedAs(channel("main", {}, false)) });
    await ready();
    await user.click(radio(/^Pay at once/));
    await user.click(button("Deactivate"));
    const dialog = within(screen.getByRole("dialog", { name: "Deactivate order groups in Main?" }));
    await user.click(dialog.getByRole("button", { name: "Deactivate" }));
    expect(await screen.findByText("Not active")).toBeTruthy();
    expect(screen.getByText("1 unsaved change")).toBeTruthy();
  });

  it("shows the API's words when it refuses", async () => {
    const message = "seller-source: No product type has the attribute 'brand'.";
    const { user } = openSettings({
      PluginSettings: configured(channel("main", {}, false)),
      SavePluginSettings: refusedWith({ field: "seller-source", message, code: "INVALID" }),
    });
    await ready();
    await user.click(button("Activate"));
    const dialog = within(screen.getByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Activate" }));
    expect((await dialog.findByRole("alert")).textContent).toBe(message);
  });
});
