import { lazy } from "react";
import { Route, Switch } from "wouter";

import { EmptyState } from "./ui/states";

const OrderWidget = lazy(() => import("./pages/order-widget/OrderWidget"));
const ProductWidget = lazy(() => import("./pages/product-widget/ProductWidget"));
const CustomerWidget = lazy(() => import("./pages/customer-widget/CustomerWidget"));
const PurchasesPage = lazy(() => import("./pages/purchases/PurchasesPage"));
const PurchasePage = lazy(() => import("./pages/purchases/PurchasePage"));
const SellersPage = lazy(() => import("./pages/sellers/SellersPage"));
const SellerPage = lazy(() => import("./pages/sellers/SellerPage"));
const SettingsPage = lazy(() => import("./pages/settings/SettingsPage"));

/** Every page of the app, below the path that the server names. */
export function Routes() {
  return (
    <Switch>
      <Route path="/">
        <SettingsPage />
      </Route>
      <Route path="/purchases">
        <PurchasesPage />
      </Route>
      <Route path="/purchases/:number">
        {({ number }) => <PurchasePage key={number} number={number} />}
      </Route>
      <Route path="/sellers">
        <SellersPage />
      </Route>
      <Route path="/sellers/new">
        <SellerPage slug={null} />
      </Route>
      <Route path="/sellers/:slug">
        {({ slug }) => <SellerPage key={slug} slug={slug} />}
      </Route>
      <Route path="/order-widget">
        <OrderWidget />
      </Route>
      <Route path="/product-widget">
        <ProductWidget />
      </Route>
      <Route path="/customer-widget">
        <CustomerWidget />
      </Route>
      <Route>
        <div className="og-page">
          <EmptyState title="There is no such page">
            Choose Purchases or Sellers in the Dashboard&apos;s menu.
          </EmptyState>
        </div>
      </Route>
    </Switch>
  );
}
