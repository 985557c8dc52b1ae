import Feeds

/// Small good bodies that cutting and mutating start from.
enum Seeds {
  static func small(_ preset: FeedPreset) -> [UInt8] {
    switch preset {
    case .cnemc: Array(cnemc.utf8)
    case .pm25in: Array(pm25in.utf8)
    case .sensorCommunity: Array(sensorCommunity.utf8)
    case .ukAir: Array(ukAir.utf8)
    case .lidarJSON: Array(lidar.utf8)
    case .waqi: Array(waqi.utf8)
    case .openaq: Array(openaq.utf8)
    case .openaqRealtime: Array(openaqRealtime.utf8)
    case .purpleAir: Array(purpleAir.utf8)
    case .airGradient: Array(airGradient.utf8)
    case .airNowHourly: Array(airNow.utf8)
    case .sensorThings: Array(sensorThings.utf8)
    case .influxLine: Array(influx.utf8)
    case .prometheusText: Array(prometheus.utf8)
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
  static let waqi = #"""
    {"status":"ok","data":{"aqi":29,"idx":6332,"city":{"geo":[52.101308,5.128183],"name":"Griftpark"},
    "iaqi":{"pm25":{"v":1},"o3":{"v":29.4},"t":{"v":17.5}},"time":{"s":"2023-08-07 17:00:00","tz":"+02:00"}}}
    """#
  static let openaq = #"""
    {"meta":{"found":1},"results":[{"value":16.5,"parameter":{"id":2,"name":"pm25","units":"µg/m³"},
    "period":{"label":"raw","interval":"01:00:00","datetimeFrom":{"utc":"2024-03-06T18:00:00Z","local":"x"},
    "datetimeTo":{"utc":"2024-03-06T19:00:00Z"}},"coordinates":null},
    {"value":-9999,"parameter":{"id":10,"name":"o3","units":"ppm"},"period":{"datetimeFrom":{"utc":
    "2024-03-06T18:00:00Z"},"datetimeTo":{"utc":"2024-03-06T18:15:00Z"}},"coordinates":{"latitude":1,"longitude":2}}]}
    """#
  static let openaqRealtime = #"""
    {"date":{"utc":"2024-04-08T21:25:00.000Z"},"parameter":"no","value":0.0002,"unit":"ppm","averagingPeriod":{"unit":"hours","value":0.25},"location":"station1","coordinates":{"latitude":42.8,"longitude":-122.99},"mobile":false}
    {"date":{"utc":"2024-04-08T21:25:00.000Z"},"parameter":"pm25","value":12,"unit":"µg/m³","location":"station2"}
    """#
  static let purpleAir = #"""
    {"data_time_stamp":1667503531,"fields":["sensor_index","last_seen","pm2.5_atm","pm2.5_atm_a","pm2.5_atm_b",
    "latitude","longitude","temperature"],"data":[[131075,1667503500,7.5,7,8,33.51,-117.67,60],
    [131079,null,null,1.5,2,37.75,-122.44,null]]}
    """#
  static let airGradient = #"""
    {"wifi":-52,"serialno":"84fce612f5b8","rco2":778,"pm01":22,"pm02":34,"pm10":41,"atmp":23.1,"rhum":32,
    "channels":{"1":{"pm02":33},"2":{"pm02":35}}}
    """#
  static let airNow = """
    12/26/16|00:00|000051501|Zephirin|-5|OZONE|PPB|39|Meteorological Service of Canada
    07/27/26|19:00|000010601|Goose Bay|-4|PM2.5|UG/M3|-3.2|Canadian Network
    """
  static let sensorThings = #"""
    {"@iot.nextLink":"https://x.example/v1.1/Observations?$skip=2","value":[{"phenomenonTime":
    "2023-03-28T12:00:00Z/2023-03-28T13:00:00Z","result":8.81,"Datastream":{"name":"a","unitOfMeasurement":{"symbol":
    "µg/m³"},"ObservedProperty":{"name":"PM2.5"},"Thing":{"@iot.id":7,"name":"T"}}},{"phenomenonTime":null,"resultTime":
    "2023-03-28T13:00:00Z","result":"12","Datastream":{"unitOfMeasurement":{"symbol":"ppb"},"ObservedProperty":{"name":
    "Ozone"},"Thing":{"name":"T8"}}}]}
    """#
  static let influx = #"""
    # comment
    air,station=A\ 1,lat=37.5 pm25=12.5,no2_ppb=10i,lon=111.1,note="a \"b\", c" 1606784400000000000
    ozone,site=B,unit=ppb value=30 1606784400
    """#
  static let prometheus = #"""
    # TYPE airgradient_pm2d5_ugm3 gauge
    airgradient_pm2d5_ugm3{airgradient_serial_number="84fc",device="x\"y"} 34.5
    lantian_concentration_grams_per_cubic_meter{county="141102",pollutant="pm25",window="1h"} 2.9e-05 1606784400000
    no2_ppb{station="B"} NaN
    """#
}
