export async function publishTypes() {}
