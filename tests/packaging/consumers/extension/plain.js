// A wait without the recipe of docs/extension.md.
import { waitForTask } from "nanobanana-task";

chrome.runtime.onMessage.addListener(({ taskId }) => void waitForTask(taskId, { baseUrl: "https://app.example" }));
