//! Words for the states and kinds that entries and rows carry.

use tl_domain::balance::{self, Quality};
use tl_domain::event::{
    ContinueReason, Decision, FlowSource, HandoverKind, KeyRole, MaterialClass, MeterKind,
    NodeKind, Origin, Purpose, Side, Standing, StockMethod, StreamRole,
};
use tl_domain::project::{BatchState, FlowKind, Review};
use tl_domain::quantity::Basis;

use crate::auth::Role;
use crate::auth::role::Function;

terms! { TERMS {
    role(Role) {
        Gate = "门岗", "Gate";
        Lab = "化验", "Laboratory";
        Reviewer = "复核", "Reviewer";
        Ehs = "环保管理", "EHS";
        Admin = "企业管理员", "Administrator";
        Officer = "监管人员", "Officer";
        Sysadmin = "系统管理员", "System administrator";
    }
    officer_function(Function) {
        Supervision = "监管", "Supervision";
        Enforcement = "执法", "Enforcement";
        Monitoring = "监测", "Monitoring";
    }
    quality(Quality) {
        Assayed = "实测", "Assayed";
        Calculated = "计算", "Calculated";
        Estimated = "估算", "Estimated";
        Censored = "低于检出限", "Below limit";
        Missing = "缺数据", "No figure";
    }
    balance_role(balance::Role) {
        Opening = "期初库存", "Opening stock";
        Input = "投入", "Input";
        Output = "产出", "Output";
        Discharge = "排放", "Discharge";
        Closing = "期末库存", "Closing stock";
        Internal = "厂内流转", "Internal";
    }
    basis(Basis) {
        Wet = "湿基", "wet";
        Dry = "干基", "dry";
    }
    batch_state(BatchState) {
        Missing = "登记未到", "Not registered yet";
        Open = "在库", "In stock";
        Closed = "已用完", "Used up";
        Void = "已作废", "Void";
    }
    origin(Origin) {
        Arrival = "进厂", "Arrival";
        Production = "产出", "Made here";
        Split = "分批", "Split";
        Blend = "混配", "Blend";
        Opening = "开账盘点", "Opening stock";
    }
    flow_kind(FlowKind) {
        Arrival = "进厂", "Arrival";
        Opening = "开账", "Opening";
        Move = "移库", "Move";
        Put = "入仓", "Put in place";
        Draw = "取用", "Draw";
        Consume = "投入工序", "Into run";
        Produce = "工序产出", "Out of run";
        Dispatch = "发出", "Dispatch";
        Stream = "物流报量", "Stream report";
        Dispose = "处置", "Disposal";
        Relabel = "转批", "To other batch";
        Difference = "账物差", "Book difference";
    }
    flow_source(FlowSource) {
        Measured = "计量", "Measured";
        Calculated = "计算", "Calculated";
        Estimated = "估算", "Estimated";
    }
    purpose(Purpose) {
        Process = "过程", "Process";
        Receiving = "进厂", "Receiving";
        Settlement = "结算", "Settlement";
        Umpire = "仲裁", "Umpire";
        SelfMonitoring = "自行监测", "Self-monitoring";
        Enforcement = "执法监测", "Enforcement";
        Comparison = "比对", "Comparison";
    }
    standing(Standing) {
        Estimate = "暂估", "Estimate";
        Preliminary = "初报", "Preliminary";
        Final = "终报", "Final";
        Umpire = "仲裁", "Umpire";
    }
    side(Side) {
        Own = "本厂", "Own";
        Supplier = "供方", "Supplier";
        Buyer = "需方", "Buyer";
        Third = "第三方", "Third party";
    }
    review(Review) {
        Pending = "待复核", "To review";
        Accepted = "已复核", "Reviewed";
        Returned = "已退回", "Returned";
    }
    handover_kind(HandoverKind) {
        Delivery = "交接单", "Delivery note";
        Manifest = "危废联单", "Waste manifest";
    }
    decision(Decision) {
        Accept = "接收", "Accepted";
        Part = "部分拒收", "Refused in part";
        Refuse = "拒收", "Refused";
    }
    stock_method(StockMethod) {
        Pile = "测堆", "Pile survey";
        Level = "罐位", "Tank level";
        Count = "清点", "Count";
        Estimate = "估算", "Estimate";
        Carried = "沿用清罐值", "Last cleaned-out value";
    }
    node_kind(NodeKind) {
        Plant = "全厂", "Whole plant";
        Process = "工序", "Process";
        Store = "库", "Store";
        Outlet = "排口", "Outlet";
    }
    meter_kind(MeterKind) {
        Weighbridge = "汽车衡", "Weighbridge";
        PlatformScale = "台秤", "Platform scale";
        BeltScale = "皮带秤", "Belt scale";
        FlowMeter = "流量计", "Flow meter";
        LevelMeter = "液位计", "Level meter";
        Monitor = "在线监测仪", "Online monitor";
    }
    stream_role(StreamRole) {
        Input = "投入", "Input";
        Product = "产品", "Product";
        ByProduct = "副产品", "By-product";
        Waste = "废物", "Waste";
        Discharge = "排放", "Discharge";
        Return = "返料", "Return";
        Internal = "中间物料", "Internal";
    }
    material_class(MaterialClass) {
        Ore = "矿石/精矿", "Ore, concentrate";
        Product = "产品", "Product";
        ByProduct = "副产品", "By-product";
        Intermediate = "中间物料", "Intermediate";
        Waste = "废物", "Waste";
        Water = "水/溶液", "Water, solution";
        Gas = "气体", "Gas";
        Reagent = "辅料/燃料", "Reagent, fuel";
    }
    key_role(KeyRole) {
        Server = "市平台", "City platform";
        Gate = "门岗终端", "Gate terminal";
        Lab = "化验室终端", "Lab terminal";
        Plant = "厂内采集终端", "Plant terminal";
        Water = "水站终端", "Water station";
    }
    continue_reason(ContinueReason) {
        Restored = "由备份恢复", "Restored from a backup";
        SetBack = "发现数据被退回到旧状态", "The store had been set back";
        KeyLost = "存证密钥遗失或泄露", "The key of the tree was lost or leaked";
    }
} }
