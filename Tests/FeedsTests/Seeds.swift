import Feeds
import HJ212

/// Small good bodies that cutting and mutating start from.
enum Seeds {
  static func small(_ preset: FeedPreset) -> [UInt8] {
    switch preset {
    case .cnemc: Array(cnemc.utf8)
    case .pm25in: Array(pm25in.utf8)
    case .sensorCommunity: Array(sensorCommunity.utf8)
    case .ukAir: Array(ukAir.utf8)
    case .lidarJSON: Array(lidar.utf8)
    case .hj212: Array(hj212.utf8)
    }
  }

  static let cnemc = """
    <?xml version="1.0" encoding="utf-8"?><a:R xmlns:a="x"><a:AQIDataPublishLive><a:AQI>28</a:AQI><a:CO>0.5</a:CO>
    <a:O3_24h>88</a:O3_24h><a:O3_8h_24h>&mdash;</a:O3_8h_24h><a:PM2_5>11</a:PM2_5><a:StationCode>1A</a:StationCode>
    <a:TimePoint>2019-07-23T10:00:00</a:TimePoint></a:AQIDataPublishLive></a:R>
    """
  static let pm25in = #"""
    [{"aqi":27,"co":0.4,"o3_8h":63,"pm2_5":3,"station_code":"1141A","time_point":"2016-09-17T15:00:00Z"},
    {"aqi":27,"pm2_5":3,"station_code":null,"time_point":"2016-09-17T15:00:00Z"}]
    """#
  static let sensorCommunity = #"""
    [{"timestamp":"2020-04-19 15:45:49","sensor":{"id":39367},"sensordatavalues":[{"value_type":"P1","value":"23.70"},
    {"id":2,"value_type":"P2","value":"9"}]},{"timestamp":"2020-04-19 15:45:49","sensor":{"id":1},
    "sensordatavalues":[{"value_type":"humidity","value":"52.30"}]}]
    """#
  static let hj212 = [
    "QN=20200101000001000;ST=22;CN=2011;PW=1;MN=A;Flag=5;CP=&&DataTime=20200101000000;a34004-Rtd=1,a34004-Flag=N&&",
    "QN=2;ST=22;CN=2061;MN=A;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20200101000000;a34004-Avg=2&&",
    "QN=2;ST=22;CN=2061;MN=A;Flag=7;PNUM=2;PNO=2;CP=&&a34002-Avg=3,a34002-Flag=D&&",
    "ST=22;CN=2051;MN=B;CP=&&DataTime=20200101000000;QN=3;a21005-Avg=0.5;a05024-Avg=-&&",
  ].compactMap { FrameEncoder.frame(Array($0.utf8)).map { String(decoding: $0, as: UTF8.self) } }.joined()
  static let ukAir = """
    Data supplied by UK-AIR on 1/11/2022
    All Data GMT hour ending
    Bath & West, A4 Nitrogen dioxide (Hourly measured) ug/m-3
    Date, 01:00, 24:00
    01-02-2022, 1.5,
    ##02-02-2022,No data,2

    """
  static let lidar = #"""
    {"profiles":[{"station":"LD01","time":"2020-12-01T00:01:00+08:00","wavelength_nm":532,"first_range_m":30,
    "resolution_m":15,"backscatter":[1.5,2,null,3]},{"station":"LD02","time":"2020-12-01T00:01:00+08:00",
    "resolution_m":15,"backscatter":[1,2]}]}
    """#
}
