import { z } from "zod";

export const texts = z.array(z.string());
export const labels = z.record(z.string(), z.string());
