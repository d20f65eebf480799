export default { cacheComponents: true, trailingSlash: true };
