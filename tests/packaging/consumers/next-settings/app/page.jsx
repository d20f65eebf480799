export default function Page() {
  return <h1>A server that uses nanobanana-task</h1>;
}
