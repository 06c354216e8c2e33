export default function ProductWidget() {
  return null;
}
