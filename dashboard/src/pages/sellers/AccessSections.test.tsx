import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { held } from "../../testing/fakeApi";
import { ALL_PERMISSIONS, ANNA, connection, openSeller, sellerWith } from "../../testing/seller";

const account = (id: string, part: object = {}) => ({
  id,
  email: `${id}@example.com`,
  firstName: "Ida",
  lastName: "Ivens",
  isActive: true,
  isStaff: false,
  ...part,
});

const IDA = account("ida");
const STAFF = account("sam", { isStaff: true, firstName: "", lastName: "" });
const SINCE = "2026-05-01T10:00:00Z";

const member = (user: object, rights: string[]) => ({ id: "m", user, rights, createdAt: SINCE });
const members = (...list: object[]) => sellerWith({ members: list });
const apps = (...list: object[]) => sellerWith({ apps: list });
const done = (act: string) => ({ data: { [act]: { errors: [] } } });
const refused = (act: string, field: string, message: string) => ({
  data: { [act]: { errors: [{ field, message, code: "INVALID" }] } },
});

const section = async (name: string) => within(await screen.findByRole("region", { name }));
const openDialog = () => within(screen.getByRole("dialog"));
const without = (name: string) => ALL_PERMISSIONS.filter((each) => each !== name);

describe("members", () => {
  it("are listed with their rights", async () => {
    openSeller({
      SellerMembers: members(
        member(IDA, ["DECIDE", "REFUND"]),
        member({ ...STAFF, isActive: false }, []),
      ),
    });
    const list = await (await section("Members")).findByRole("list");
    expect(within(list).getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      expect.stringMatching(/^ida@example.comIda IvensDecide, Refund · since May 1, 2026.*RightsRemove$/),
      expect.stringMatching(/^sam@example.com \(inactive\)Read only · since May 1, 2026.*RightsRemove$/),
    ]);
  });

  it("may be none", async () => {
    openSeller();
    expect(await (await section("Members")).findByRole("heading", { name: "No members" })).toBeTruthy();
  });

  it("are changed only by who may manage such an account", async () => {
    openSeller(
      { SellerMembers: members(member(IDA, []), member(STAFF, [])) },
      without("MANAGE_STAFF"),
    );
    const region = await section("Members");
    expect(await region.findByText("Staff: you need the permission MANAGE_STAFF.")).toBeTruthy();
    expect(region.getByRole("button", { name: "Remove ida@example.com" })).toBeTruthy();
    expect(region.queryByRole("button", { name: "Remove sam@example.com" })).toBeNull();
  });

  it("get other rights, once for two clicks", async () => {
    const { answer, release } = held(done("sellerMemberSave"));
    const { api, user } = openSeller({
      SellerMembers: members(member(IDA, ["DECIDE"])),
      SaveMember: answer,
    });
    const region = await section("Members");
    await user.click(await region.findByRole("button", { name: "Rights of ida@example.com" }));
    await user.click(openDialog().getByRole("checkbox", { name: /^Decide/ }));
    await user.click(openDialog().getByRole("checkbox", { name: /^Refund/ }));
    api.answer("SellerMembers", members(member(IDA, ["REFUND"])));
    await user.dblClick(openDialog().getByRole("button", { name: "Save rights" }));
    release();
    expect(await region.findByText(/^Refund · since/)).toBeTruthy();
    expect(api.variablesOf("SaveMember")).toEqual([
      { sellerId: ANNA.id, accountId: "ida", rights: ["REFUND"] },
    ]);
  });

  it("get the right to refund only from who handles payments, who may take it away", async () => {
    const { user } = openSeller(
      { SellerMembers: members(member(IDA, ["REFUND"]), member(STAFF, [])) },
      without("HANDLE_PAYMENTS"),
    );
    const region = await section("Members");
    const refund = () => openDialog().getByRole("checkbox", { name: /^Refund/ });
    await user.click(await region.findByRole("button", { name: "Rights of sam@example.com" }));
    expect(refund().hasAttribute("disabled")).toBe(true);
    expect(
      openDialog().getByText("You need the permission HANDLE_PAYMENTS to give it."),
    ).toBeTruthy();
    await user.click(openDialog().getByRole("button", { name: "Back" }));
    await user.click(region.getByRole("button", { name: "Rights of ida@example.com" }));
    expect(refund().hasAttribute("disabled")).toBe(false);
  });

  it("are removed after a question", async () => {
    const { api, user } = openSeller({
      SellerMembers: members(member(IDA, [])),
      RemoveMember: done("sellerMemberRemove"),
    });
    const region = await section("Members");
    await user.click(await region.findByRole("button", { name: "Remove ida@example.com" }));
    expect(api.variablesOf("RemoveMember")).toEqual([]);
    api.answer("SellerMembers", members());
    await user.click(openDialog().getByRole("button", { name: "Remove" }));
    expect(await region.findByRole("heading", { name: "No members" })).toBeTruthy();
    expect(api.variablesOf("RemoveMember")).toEqual([{ sellerId: ANNA.id, accountId: "ida" }]);
  });

  it("are found among customers and staff, and added with rights", async () => {
    const { api, user } = openSeller({
      FindCustomers: { data: { customers: connection([IDA]) } },
      FindStaff: { data: { staffUsers: connection([STAFF, IDA]) } },
      SaveMember: done("sellerMemberSave"),
    });
    const region = await section("Members");
    await user.click(await region.findByRole("button", { name: "Add member" }));
    const add = openDialog().getByRole("button", { name: "Add member" });
    expect(add).toHaveProperty("disabled", true);
    await openDialog().findAllByRole("radio");
    await user.type(openDialog().getByLabelText("Name or email address"), "sam");
    const radios = openDialog().getAllByRole<HTMLInputElement>("radio");
    expect(radios.map((radio) => radio.labels?.[0]?.textContent)).toEqual([
      "ida@example.comIda Ivens",
      "sam@example.com",
    ]);
    await user.click(openDialog().getByRole("radio", { name: /^sam/ }));
    await user.click(openDialog().getByRole("checkbox", { name: /^Fulfill/ }));
    api.answer("SellerMembers", members(member(STAFF, ["FULFILL"])));
    await user.click(add);
    expect(await region.findByText(/^Fulfill · since/)).toBeTruthy();
    expect(api.variablesOf("SaveMember")).toEqual([
      { sellerId: ANNA.id, accountId: "sam", rights: ["FULFILL"] },
    ]);
    expect(api.variablesOf("FindStaff")[0]).toEqual({ search: "" });
  });

  it("are not looked for among staff by who may not manage staff", async () => {
    const { api, user } = openSeller(
      { FindCustomers: { data: { customers: connection([]) } } },
      without("MANAGE_STAFF"),
    );
    await user.click(await (await section("Members")).findByRole("button", { name: "Add member" }));
    expect(await openDialog().findByRole("heading", { name: "Nobody matches" })).toBeTruthy();
    expect(api.variablesOf("FindStaff")).toEqual([]);
  });

  it("keep the dialog open when the API refuses", async () => {
    const message = "The account is not active. Activate it first.";
    const { user } = openSeller({
      FindCustomers: { data: { customers: connection([IDA]) } },
      FindStaff: { data: { staffUsers: connection([]) } },
      SaveMember: refused("sellerMemberSave", "userId", message),
    });
    await user.click(await (await section("Members")).findByRole("button", { name: "Add member" }));
    await user.click(await openDialog().findByRole("radio", { name: /^ida/ }));
    await user.click(openDialog().getByRole("button", { name: "Add member" }));
    expect((await openDialog().findByRole("alert")).textContent).toBe(message);
    expect(openDialog().getByRole<HTMLInputElement>("radio", { name: /^ida/ }).checked).toBe(true);
  });
});

describe("apps", () => {
  const ERP = { id: "erp", name: "ERP", isActive: true };
  const link = (rights: string[]) => ({ id: "l", app: ERP, rights, createdAt: SINCE });

  it("are linked with rights, and refused in the API's words", async () => {
    const message = "The app has MANAGE_ORDERS and sees all orders through Saleor.";
    const { api, user } = openSeller({
      FindApps: { data: { apps: connection([ERP]) } },
      SaveApp: refused("sellerAppSave", "appId", message),
    });
    const region = await section("Apps");
    expect(await region.findByRole("heading", { name: "No apps" })).toBeTruthy();
    await user.click(region.getByRole("button", { name: "Link app" }));
    await user.click(await openDialog().findByRole("radio", { name: "ERP" }));
    await user.click(openDialog().getByRole("button", { name: "Link app" }));
    expect((await openDialog().findByRole("alert")).textContent).toBe(message);
    api.answer("SaveApp", done("sellerAppSave"));
    api.answer("SellerApps", apps(link([])));
    await user.click(openDialog().getByRole("button", { name: "Link app" }));
    expect(await region.findByText(/^Read only · since/)).toBeTruthy();
    expect(api.variablesOf("SaveApp").at(-1)).toEqual({
      sellerId: ANNA.id,
      accountId: "erp",
      rights: [],
    });
  });

  it("are unlinked after a question", async () => {
    const { api, user } = openSeller({
      SellerApps: apps(link(["FULFILL"])),
      RemoveApp: done("sellerAppRemove"),
    });
    const region = await section("Apps");
    await user.click(await region.findByRole("button", { name: "Remove ERP" }));
    api.answer("SellerApps", apps());
    await user.click(openDialog().getByRole("button", { name: "Remove" }));
    expect(await region.findByRole("heading", { name: "No apps" })).toBeTruthy();
    expect(api.variablesOf("RemoveApp")).toEqual([{ sellerId: ANNA.id, accountId: "erp" }]);
  });
});
