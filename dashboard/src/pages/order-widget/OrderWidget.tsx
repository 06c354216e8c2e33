import { useApiQuery } from "../../api/hooks";
import { OrderWidgetDocument } from "../../graphql/graphql";
import { usePageQuery } from "../../host/location";
import { Widget } from "../../ui/Page";
import { Loading, ProblemState } from "../../ui/states";
import { OrderInPurchase } from "./OrderInPurchase";

/** On the Dashboard's order page: the purchase that the order belongs to. */
export default function OrderWidget() {
  const id = usePageQuery().get("orderId") ?? "";
  return (
    <Widget name="Purchase of this order">
      <Content key={id} id={id} />
    </Widget>
  );
}

function Content({ id }: { id: string }) {
  const { data, isLoading, problem, reload } = useApiQuery(OrderWidgetDocument, { id });
  if (isLoading) return <Loading />;
  if (problem) return <ProblemState problem={problem} onRetry={reload} />;
  const order = data?.order;
  if (!order) {
    return <p className="og-quiet og-line">This order was not found, or you may not see it.</p>;
  }
  if (!order.orderGroup) {
    return <p className="og-quiet og-line">This order is not part of a purchase.</p>;
  }
  return <OrderInPurchase order={order} purchase={order.orderGroup} />;
}
