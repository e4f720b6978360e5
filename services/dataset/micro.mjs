import { drawChange, augment } from "./dist/augment.js";
import { epochOrder } from "./dist/epoch.js";
import { makeBatch } from "./dist/batches.js";
import { Batch } from "@bnas/proto";
const shape={height:32,width:32,channels:3}; const e={seed:1,split:"weight",epoch:1}; const a={cropPadding:4,flip:true,cutout:0};
const src=new Uint8Array(3072*10000).map((_, i)=>i), out=new Uint8Array(3072*128);
for (let r=0;r<6;r++){ 
let s=performance.now(); const ch=[]; for(let i=0;i<50000;i++) ch.push(drawChange(e,i,a,shape)); console.log("draw us", (performance.now()-s)/50);
s=performance.now(); for(let i=0;i<50000;i++) augment({pixels:src,at:(i%10000)*3072},{pixels:out,at:(i%128)*3072},shape,ch[i],[]); console.log("augment us",(performance.now()-s)/50);
s=performance.now(); epochOrder(new Uint32Array(50000),e); console.log("order ms",performance.now()-s);
const b = makeBatch({dataset:{...shape,train:{pixels:src,labels:new Uint16Array(10000)}},order:new Uint32Array(128),epoch:e,augmentation:a,mean:[]},{index:0,from:0,to:128});
s=performance.now(); for(let i=0;i<400;i++) Batch.encode(Batch.fromPartial(b)).finish(); console.log("encode us/image",(performance.now()-s)/400/128*1000);
const enc=Batch.encode(b).finish();
s=performance.now(); for(let i=0;i<400;i++) Batch.decode(enc); console.log("decode us/image",(performance.now()-s)/400/128*1000);
}
