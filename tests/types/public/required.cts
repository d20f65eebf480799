// CommonJS in Node, which can require the package since 20.19; the compilers that know so are those from 5.8 on.

import api = require("nanobanana-task");
import slim = require("nanobanana-task/slim");

slim.configure("/core.wasm");
const task: Promise<api.SucceededTask> = api.waitForTask("id");
const isOne = (error: unknown) => error instanceof api.TaskError;
// @ts-expect-error the default entry has its wasm with it
api.configure("/core.wasm");

export = { task, isOne };
