export default function CustomerWidget() {
  return null;
}
