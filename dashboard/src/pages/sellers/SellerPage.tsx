import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { SellerDocument, type SellerDetailsFragment } from "../../graphql/graphql";
import { sellerRoute } from "../../host/dashboardPaths";
import { useNavigate } from "../../host/location";
import { PageLink } from "../../ui/links";
import { Page } from "../../ui/Page";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import { StatusChip } from "../../ui/StatusChip";
import { AppsSection } from "./AppsSection";
import { DeleteSeller } from "./DeleteSeller";
import { DetailsSection } from "./DetailsSection";
import { MembersSection } from "./MembersSection";
import { NewSeller } from "./NewSeller";
import { OrdersSection } from "./OrdersSection";
import { ProductsSection } from "./ProductsSection";
import { ShippingSection } from "./ShippingSection";
import { describeActivity } from "./statuses";
import { StatusSection } from "./StatusSection";

/** One seller, or the form of a new one. */
export default function SellerPage({ slug }: { slug: string | null }) {
  return slug === null ? <NewSeller /> : <ExistingSeller slug={slug} />;
}

function ExistingSeller({ slug }: { slug: string }) {
  const query = useApiQuery(SellerDocument, { slug });
  const above = <PageLink to="/sellers">Sellers</PageLink>;
  const seller = query.data?.seller;
  if (seller) return <SellerView key={seller.id} loaded={seller} />;
  return (
    <Page title="Seller" name="Seller" above={above}>
      {query.problem && <ProblemState problem={query.problem} onRetry={query.reload} />}
      {query.isLoading && <Loading lines={8} label="Loading the seller" />}
      {query.data?.seller === null && (
        <EmptyState title="There is no such seller">
          It was deleted, has another slug now, or does not exist yet: a seller that products&apos;
          data name is created when its goods are sold for the first time.
        </EmptyState>
      )}
    </Page>
  );
}

function SellerView({ loaded }: { loaded: SellerDetailsFragment }) {
  const navigate = useNavigate();
  const [seller, setSeller] = useState(loaded);
  const show = (saved: SellerDetailsFragment) => {
    setSeller(saved);
    if (saved.slug !== seller.slug) void navigate(sellerRoute(saved.slug));
  };
  return (
    <Page
      title={
        <>
          {seller.name} <StatusChip status={describeActivity(seller.isActive)} />
        </>
      }
      name={seller.name}
      above={<PageLink to="/sellers">Sellers</PageLink>}
      actions={<DeleteSeller seller={seller} />}
    >
      <div className="og-columns">
        <div className="og-stack">
          <DetailsSection seller={seller} onSaved={show} />
          <ProductsSection seller={seller} />
          <OrdersSection sellerId={seller.id} />
        </div>
        <div className="og-stack">
          <StatusSection seller={seller} onSaved={show} />
          <MembersSection seller={seller} />
          <AppsSection seller={seller} />
          <ShippingSection seller={seller} />
        </div>
      </div>
    </Page>
  );
}
