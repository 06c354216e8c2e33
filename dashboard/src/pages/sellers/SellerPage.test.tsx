import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { FakeApi, held, permissionDenied } from "../../testing/fakeApi";
import { FakeHost } from "../../testing/fakeHost";
import { currentRoute, renderApp } from "../../testing/renderApp";
import { ALL_PERMISSIONS, ANNA, openSeller } from "../../testing/seller";

const saved = (part: object = {}) => ({
  data: { sellerUpdate: { seller: { ...ANNA, ...part }, errors: [] } },
});

const refused = (act: string, ...errors: object[]) => ({
  data: { [act]: { seller: null, errors } },
});

const details = () => screen.findByRole("region", { name: /^Details/ });
const status = () => screen.findByRole("region", { name: "Status" });

describe("the page", () => {
  it("shows a skeleton, then the seller", async () => {
    const { answer, release } = held({ data: { seller: ANNA } });
    const { api } = openSeller({ Seller: answer });
    expect(await screen.findByRole("status", { name: "Loading the seller" })).toBeTruthy();
    release();
    expect(
      await screen.findByRole("heading", { level: 1, name: "Anna's Apiary Active" }),
    ).toBeTruthy();
    expect(api.variablesOf("Seller")).toEqual([{ slug: "anna" }]);
  });

  it("says that there is no such seller", async () => {
    openSeller({ Seller: { data: { seller: null } } });
    expect(await screen.findByRole("heading", { name: "There is no such seller" })).toBeTruthy();
  });

  it("tries again after an error", async () => {
    const { api, user } = openSeller({ Seller: { errors: [{ message: "Broken." }] } });
    expect(await screen.findByText("Broken.")).toBeTruthy();
    api.answer("Seller", { data: { seller: ANNA } });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await details()).toBeTruthy();
  });

  it("names the permission that each part lacks", async () => {
    const denied = (field: string, permission: string) => ({
      data: { seller: { id: ANNA.id, [field]: null } },
      errors: [permissionDenied(permission, ["seller", field])],
    });
    openSeller(
      {
        SellerOrdersOfShop: denied("orders", "MANAGE_ORDERS"),
        SellerShipping: denied("shippingMethods", "MANAGE_SHIPPING"),
        SellerMembers: denied("members", "MANAGE_USERS"),
        SellerApps: denied("apps", "MANAGE_APPS"),
      },
      [],
    );
    const expected = {
      Orders: "MANAGE_ORDERS",
      "Delivery methods": "MANAGE_SHIPPING",
      Members: "MANAGE_USERS",
      Apps: "MANAGE_APPS",
    };
    for (const [name, permission] of Object.entries(expected)) {
      const section = await screen.findByRole("region", { name });
      const text = new RegExp(`needs the permission ${permission}\\.`);
      expect(await within(section).findByText(text)).toBeTruthy();
      expect(within(section).queryByRole("button")).toBeNull();
    }
  });

  it("names all permissions where the API wants each of them", async () => {
    const message =
      "To access this path, you need all of the following permissions: MANAGE_ORDERS, MANAGE_APPS";
    const denied = { ...permissionDenied("", ["seller", "apps"]), message };
    openSeller({ SellerApps: { data: { seller: { id: ANNA.id, apps: null } }, errors: [denied] } });
    const section = await screen.findByRole("region", { name: "Apps" });
    const text = /needs the permission MANAGE_ORDERS and MANAGE_APPS\./;
    expect(await within(section).findByText(text)).toBeTruthy();
  });

  it("lets who may not manage products read only", async () => {
    openSeller({}, ["MANAGE_ORDERS"]);
    const form = within(await details());
    expect(form.getByText("You need the permission MANAGE_PRODUCTS to change sellers.")).toBeTruthy();
    expect(form.getByLabelText("Name")).toHaveProperty("disabled", true);
    expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Delete seller" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Deactivate" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Assign products" })).toBeNull();
  });
});

describe("the form", () => {
  it("sends what was changed, once for two clicks", async () => {
    const { answer, release } = held(saved({ name: "Anna", payoutReference: "acct_1" }));
    const { api, host, user } = openSeller({ UpdateSeller: answer });
    const form = within(await details());
    const save = form.getByRole("button", { name: "Save" });
    expect(save).toHaveProperty("disabled", true);
    await user.clear(form.getByLabelText("Name"));
    await user.type(form.getByLabelText("Name"), " Anna ");
    await user.type(form.getByLabelText("Payout reference"), "acct_1");
    expect(form.getByText("Unsaved changes")).toBeTruthy();
    await user.dblClick(save);
    release();
    await waitFor(() => expect(form.queryByText("Unsaved changes")).toBeNull());
    expect(api.variablesOf("UpdateSeller")).toEqual([
      { id: ANNA.id, input: { name: " Anna ", payoutReference: "acct_1" } },
    ]);
    expect(form.getByLabelText("Name")).toHaveProperty("value", "Anna");
    expect(host.notices).toEqual([{ status: "success", title: "Seller saved" }]);
  });

  it("keeps what was typed, and shows each error at its field", async () => {
    const error = { field: "slug", message: "Seller with this Slug already exists.", code: "UNIQUE" };
    const other = { field: "id", message: "Couldn't resolve to a seller.", code: "NOT_FOUND" };
    const { user } = openSeller({ UpdateSeller: refused("sellerUpdate", error, other) });
    const form = within(await details());
    await user.type(form.getByLabelText("Slug"), "-2");
    await user.click(form.getByRole("button", { name: "Save" }));
    expect((await form.findByRole("alert")).textContent).toBe("Couldn't resolve to a seller.");
    const slug = form.getByLabelText<HTMLInputElement>("Slug");
    expect(slug.value).toBe("anna-2");
    expect(slug.getAttribute("aria-invalid")).toBe("true");
    const description = document.getElementById(slug.getAttribute("aria-describedby") ?? "");
    expect(description?.textContent).toBe("Seller with this Slug already exists.");
    expect(form.getByText("Unsaved changes")).toBeTruthy();
  });

  it("keeps what was typed when no answer comes", async () => {
    const { user } = openSeller({ UpdateSeller: new TypeError("Failed to fetch") });
    const form = within(await details());
    await user.type(form.getByLabelText("Name"), "!");
    await user.click(form.getByRole("button", { name: "Save" }));
    expect((await form.findByRole("alert")).textContent).toBe(
      "No answer came. Check your connection, and reload the page to see what was done.",
    );
    expect(form.getByLabelText("Name")).toHaveProperty("value", "Anna's Apiary!");
  });

  it("discards what was typed", async () => {
    const { user } = openSeller();
    const form = within(await details());
    await user.type(form.getByLabelText("Name"), "!");
    await user.click(form.getByRole("button", { name: "Discard" }));
    expect(form.getByLabelText("Name")).toHaveProperty("value", "Anna's Apiary");
  });

  it("follows the seller to its new slug", async () => {
    const { api, user } = openSeller({ UpdateSeller: saved({ slug: "anna-2" }) });
    const form = within(await details());
    await user.type(form.getByLabelText("Slug"), "-2");
    await user.click(form.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(currentRoute()).toBe("/sellers/anna-2"));
    expect(api.variablesOf("Seller").at(-1)).toEqual({ slug: "anna-2" });
  });
});

describe("the status", () => {
  it("shows status, access and last change", async () => {
    openSeller();
    const section = within(await status());
    expect(section.getAllByRole("definition").map((each) => each.textContent)).toEqual([
      "Active",
      "Has access",
      expect.stringContaining("May 1, 2026"),
      expect.stringContaining("Apr 1, 2026"),
    ]);
  });

  it("deactivates after a question", async () => {
    const { api, user } = openSeller({ UpdateSeller: saved({ isActive: false }) });
    await user.click(within(await status()).getByRole("button", { name: "Deactivate" }));
    const dialog = within(screen.getByRole("dialog", { name: "Deactivate Anna's Apiary?" }));
    expect(api.variablesOf("UpdateSeller")).toEqual([]);
    await user.click(dialog.getByRole("button", { name: "Deactivate" }));
    expect(await screen.findByRole("button", { name: "Activate" })).toBeTruthy();
    expect(api.variablesOf("UpdateSeller")).toEqual([{ id: ANNA.id, input: { isActive: false } }]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("locks the access alone, without other fields", async () => {
    const { api, user } = openSeller({ UpdateSeller: saved({ hasAccess: false }) });
    await user.click(within(await status()).getByRole("button", { name: "Lock access" }));
    const dialog = within(screen.getByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Lock access" }));
    expect(await screen.findByText("Locked")).toBeTruthy();
    expect(api.variablesOf("UpdateSeller")).toEqual([{ id: ANNA.id, input: { hasAccess: false } }]);
  });

  it("says in the dialog why the API refuses to give access", async () => {
    const message = "To access this path, you need access to all channels.";
    const denied = { message, extensions: { exception: { code: "PermissionDenied" } } };
    const { user } = openSeller({
      Seller: { data: { seller: { ...ANNA, hasAccess: false } } },
      UpdateSeller: { data: { sellerUpdate: null }, errors: [denied] },
    });
    await user.click(within(await status()).getByRole("button", { name: "Give access" }));
    const dialog = within(screen.getByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Give access" }));
    expect((await dialog.findByRole("alert")).textContent).toBe(message);
  });

  it.each([
    [["MANAGE_ORDERS"], true, true],
    [["MANAGE_ORDERS"], false, false],
    [["MANAGE_ORDERS", "MANAGE_USERS"], false, true],
    [["MANAGE_PRODUCTS"], true, false],
  ])("with %j and access %s offers to change it: %s", async (permissions, hasAccess, isOffered) => {
    openSeller({ Seller: { data: { seller: { ...ANNA, hasAccess } } } }, permissions);
    const button = within(await status()).queryByRole("button", { name: /access/ });
    expect(button !== null).toBe(isOffered);
  });
});

describe("deleting", () => {
  const open = async (answer: object) => {
    const view = openSeller({
      DeleteSeller: answer,
      Sellers: { data: { sellers: { totalCount: 0, pageInfo: {}, edges: [] } } },
    });
    await view.user.click(await screen.findByRole("button", { name: "Delete seller" }));
    const dialog = within(screen.getByRole("dialog", { name: "Delete Anna's Apiary?" }));
    return { ...view, dialog };
  };

  it("asks first, and goes back to the list", async () => {
    const { api, user, dialog } = await open({ data: { sellerDelete: { errors: [] } } });
    expect(api.variablesOf("DeleteSeller")).toEqual([]);
    await user.click(dialog.getByRole("button", { name: "Delete seller" }));
    await waitFor(() => expect(currentRoute()).toBe("/sellers"));
    expect(api.variablesOf("DeleteSeller")).toEqual([{ id: ANNA.id }]);
  });

  it("does nothing when the operator goes back", async () => {
    const { api, user, dialog } = await open({});
    await user.click(dialog.getByRole("button", { name: "Back" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(api.variablesOf("DeleteSeller")).toEqual([]);
  });

  it("shows the API's words when it refuses", async () => {
    const message = "Orders or products refer to this seller. Deactivate it instead.";
    const errors = [{ field: "id", message, code: "CANNOT_DELETE" }];
    const { user, dialog } = await open({ data: { sellerDelete: { errors } } });
    await user.click(dialog.getByRole("button", { name: "Delete seller" }));
    expect((await dialog.findByRole("alert")).textContent).toBe(message);
    expect(currentRoute()).toBe("/sellers/anna");
  });
});

describe("a new seller", () => {
  const open = (answers = {}, permissions = ALL_PERMISSIONS) =>
    renderApp("/sellers/new", {
      api: new FakeApi({ Seller: { data: { seller: ANNA } }, ...answers }),
      host: new FakeHost({ permissions }),
    });

  it("is created once for two clicks, and shown", async () => {
    const { answer, release } = held({
      data: { sellerCreate: { seller: { id: ANNA.id, slug: "anna" }, errors: [] } },
    });
    const { api, host, user } = open({ CreateSeller: answer });
    await user.type(await screen.findByLabelText("Name"), "Anna's Apiary");
    await user.click(screen.getByRole("checkbox"));
    await user.dblClick(screen.getByRole("button", { name: "Create seller" }));
    release();
    await waitFor(() => expect(currentRoute()).toBe("/sellers/anna"));
    expect(api.variablesOf("CreateSeller")).toEqual([
      {
        input: {
          name: "Anna's Apiary",
          slug: null,
          externalReference: null,
          payoutReference: null,
          isActive: false,
        },
      },
    ]);
    expect(host.notices).toEqual([{ status: "success", title: "Seller created" }]);
  });

  it("keeps what was typed when the API refuses", async () => {
    const error = { field: "name", message: "Name is required.", code: "REQUIRED" };
    const { user } = open({ CreateSeller: refused("sellerCreate", error) });
    await user.type(await screen.findByLabelText("Slug"), "anna");
    await user.click(screen.getByRole("button", { name: "Create seller" }));
    expect(await screen.findByText("Name is required.")).toBeTruthy();
    expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByLabelText("Slug")).toHaveProperty("value", "anna");
    expect(currentRoute()).toBe("/sellers/new");
  });

  it("names the missing permission", async () => {
    open({}, ["MANAGE_ORDERS"]);
    expect(await screen.findByText(/needs the permission MANAGE_PRODUCTS/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Create seller" })).toBeNull();
  });
});
