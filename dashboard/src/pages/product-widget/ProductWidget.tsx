import { Button } from "@saleor/macaw-ui";
import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { ProductSellerDocument, type ProductSellerQuery } from "../../graphql/graphql";
import { appPath, sellerRoute } from "../../host/dashboardPaths";
import { useHost, useHostState, usePermission } from "../../host/HostContext";
import { usePageQuery } from "../../host/location";
import { DashboardLink } from "../../ui/links";
import { Widget } from "../../ui/Page";
import { Loading, ProblemState } from "../../ui/states";
import { StatusChip } from "../../ui/StatusChip";
import { ChangeSeller } from "./ChangeSeller";
import { describeSource } from "./source";
import { UnassignSeller } from "./UnassignSeller";

type Product = NonNullable<ProductSellerQuery["product"]>;

/** On the Dashboard's product page: who sells the product, and by what rule. */
export default function ProductWidget() {
  const id = usePageQuery().get("productId") ?? "";
  return (
    <Widget name="Seller of this product">
      <Content key={id} id={id} />
    </Widget>
  );
}

function Content({ id }: { id: string }) {
  const { data, isLoading, problem, gaps, reload } = useApiQuery(ProductSellerDocument, { id });
  if (isLoading) return <Loading lines={2} />;
  if (problem) return <ProblemState problem={problem} onRetry={reload} />;
  const product = data?.product;
  if (!product) {
    return <p className="og-quiet og-line">This product was not found, or you may not see it.</p>;
  }
  return (
    <>
      <SellerText seller={product.seller} />
      {gaps[0] ? (
        <ProblemState problem={gaps[0]} onRetry={reload} />
      ) : (
        <RuleOfSeller product={product} onDone={reload} />
      )}
    </>
  );
}

function SellerText({ seller }: { seller: Product["seller"] }) {
  const { appId } = useHostState();
  if (!seller) return <p className="og-line">No seller: the shop sells this product itself.</p>;
  return (
    <p className="og-line">
      {"Sold by "}
      <DashboardLink to={appPath(appId, sellerRoute(seller.slug))}>{seller.name}</DashboardLink>{" "}
      {!seller.isActive && (
        <StatusChip status={{ label: "Inactive: cannot be bought", tone: "warning" }} />
      )}
    </p>
  );
}

interface RuleProps {
  product: Product;
  onDone: () => void;
}

function RuleOfSeller({ product, onDone }: RuleProps) {
  const canEdit = usePermission("MANAGE_PRODUCTS");
  const { isAssignment, meaning, howToChange } = describeSource(product.sellerSource);
  return (
    <>
      <p className="og-quiet og-line">
        {meaning} {howToChange}
      </p>
      {isAssignment && canEdit && <SellerActs product={product} onDone={onDone} />}
    </>
  );
}

/** The acts are in the page itself: the frame is too low for dialogs. */
function SellerActs({ product, onDone }: RuleProps) {
  const host = useHost();
  const [act, setAct] = useState<"change" | "unassign" | null>(null);
  const close = () => setAct(null);
  const done = (title: string) => {
    close();
    onDone();
    host.notify({ status: "success", title });
  };
  if (act === "change") {
    return <ChangeSeller product={product} onDone={() => done("Seller saved")} onClose={close} />;
  }
  if (act === "unassign" && product.seller) {
    return (
      <UnassignSeller
        product={product}
        seller={product.seller}
        onDone={() => done("The shop sells this product itself now")}
        onClose={close}
      />
    );
  }
  return (
    <div className="og-buttons og-start">
      <Button variant="secondary" size="small" onClick={() => setAct("change")}>
        {product.seller ? "Change seller" : "Assign a seller"}
      </Button>
      {product.seller && (
        <Button variant="tertiary" size="small" onClick={() => setAct("unassign")}>
          Unassign
        </Button>
      )}
    </div>
  );
}
