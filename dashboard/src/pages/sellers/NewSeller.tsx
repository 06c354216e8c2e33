import { Button } from "@saleor/macaw-ui";
import { useState, type FormEvent } from "react";

import { otherRefusals, useAct } from "../../api/useAct";
import { CreateSellerDocument } from "../../graphql/graphql";
import { sellerRoute } from "../../host/dashboardPaths";
import { useHost, usePermission } from "../../host/HostContext";
import { useNavigate } from "../../host/location";
import { CheckboxField } from "../../ui/fields";
import { PageLink } from "../../ui/links";
import { Page, Section } from "../../ui/Page";
import { Refusals } from "../../ui/Refusals";
import { NoPermission } from "../../ui/states";
import { EMPTY_FORM, toCreateInput, type FormValues } from "./formValues";
import { SellerFields, TEXT_FIELDS } from "./SellerFields";

export function NewSeller() {
  const canEdit = usePermission("MANAGE_PRODUCTS");
  return (
    <Page title="New seller" name="New seller" above={<PageLink to="/sellers">Sellers</PageLink>}>
      {canEdit ? <NewSellerForm /> : <NoPermission permissions={["MANAGE_PRODUCTS"]} />}
    </Page>
  );
}

function NewSellerForm() {
  const host = useHost();
  const navigate = useNavigate();
  const { act, isRunning, refusals } = useAct(CreateSellerDocument);
  const [values, setValues] = useState<FormValues>(EMPTY_FORM);
  const change = (part: Partial<FormValues>) => setValues((before) => ({ ...before, ...part }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const data = await act({ input: toCreateInput(values) });
    if (!data?.sellerCreate?.seller) return;
    host.notify({ status: "success", title: "Seller created" });
    void navigate(sellerRoute(data.sellerCreate.seller.slug));
  };
  return (
    <Section title="Details">
      <form className="og-stack" onSubmit={(event) => void submit(event)}>
        <Refusals refusals={otherRefusals(refusals, TEXT_FIELDS)} />
        <SellerFields
          values={values}
          refusals={refusals}
          slugHelp="Made from the name if you leave it empty."
          onChange={change}
        />
        <CheckboxField
          label="Active: the seller's goods can be bought"
          isChecked={values.isActive}
          onChange={(isActive) => change({ isActive })}
        />
        <div className="og-buttons">
          <Button type="submit" disabled={isRunning}>
            {isRunning ? "Saving…" : "Create seller"}
          </Button>
        </div>
      </form>
    </Section>
  );
}
