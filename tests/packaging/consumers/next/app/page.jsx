"use client";

import { useEffect } from "react";

export default function Page() {
  useEffect(() => {
    import("../page.js");
  }, []);
  return <h1>A page that uses nanobanana-task</h1>;
}
