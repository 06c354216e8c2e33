export default function OrderWidget() {
  return null;
}
