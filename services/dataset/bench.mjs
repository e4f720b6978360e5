import { connect } from "@bnas/mesh";
import { DatasetServiceDefinition, Split } from "@bnas/proto";
import sharp from "sharp";
import { startDataset, datasetConfigSchema } from "./dist/index.js";
import { OpenedDatasets } from "./dist/opened-datasets.js";
import { openDataset } from "./dist/open-dataset.js";
import { datasetRpc } from "./dist/rpc.js";
const t=(n)=>{const s=performance.now(); return (x="")=>console.log(n, ((performance.now()-s)/1000).toFixed(3)+"s", x)};
const service = await startDataset(datasetConfigSchema.parse({listen:"127.0.0.1:0"}));
const {client, close} = connect(DatasetServiceDefinition, service.address);
for (const plan of [{uri:"cifar10:/work/shared/data/cifar10",seed:1,reductionImages:1000},{uri:"idx:/usr/share/datasets/fashion-mnist",seed:1},{uri:"idx:/usr/share/datasets/fashion-mnist",seed:1,imageSize:32},{uri:"folder:/work/shared/data/flowers",seed:1,imageSize:64},{uri:"shapes:",seed:1}]) {
 const d=t("describe "+plan.uri); const r=await client.describeDataset({plan}); d(JSON.stringify({...r,classes:r.classes.length}));
}
const req = {plan:{uri:"cifar10:/work/shared/data/cifar10",seed:1,reductionImages:1000}, split:Split.SPLIT_TRAIN, batch:128, shuffle:true, augmentation:{cropPadding:4,flip:true,cutout:0}, keepLast:true};
const opened = new OpenedDatasets(openDataset, 2**32); const impl = datasetRpc(opened, 2**26);
for (const cutout of [0,16]) for (let e=0;e<4;e++) {
  const full={shard:0,shards:1,...req, epoch:e, augmentation:{...req.augmentation,cutout}, plan:{limit:0,imageSize:0,...req.plan}};
  let s=performance.now(), n=0; for await (const b of impl.streamBatches(full,{})) n+=b.count; const local=n/((performance.now()-s)/1000);
  s=performance.now(); n=0; for await (const b of client.streamBatches(full)) n+=b.count; const rpc=n/((performance.now()-s)/1000);
  console.log("cutout",cutout,"epoch",e,"made/s",Math.round(local),"over gRPC (one process both ends)/s",Math.round(rpc));
}
const ds = await openDataset({uri:"shapes:?classes=8&images=128&test=8",imageSize:0,limit:0,seed:0},2**30);
const sheet = Buffer.alloc(8*17*16*17*3, 255);
for (let i=0;i<128;i++){ const row=i%8, col=Math.floor(i/8); for(let y=0;y<16;y++) for(let x=0;x<16;x++) for(let c=0;c<3;c++) sheet[((row*17+y)*16*17+col*17+x)*3+c]=ds.train.pixels[((i*16+y)*16+x)*3+c]; }
await sharp(sheet,{raw:{width:16*17,height:8*17,channels:3}}).resize(16*17*4,8*17*4,{kernel:"nearest"}).png().toFile("/tmp/shapes.png");
close(); await service.drain();
